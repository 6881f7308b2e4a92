import type { Redis } from 'ioredis'
import type { Config } from '../shared/config.ts'
import type { Secret } from '../shared/config/secret.ts'
import type { LinkSigner } from '../shared/crypto/link-signer.ts'
import type { JobSignals } from '../shared/jobs/job-signals.ts'
import type { JobStore } from '../shared/jobs/job-store.ts'
import type { SessionStore } from '../shared/jobs/session-store.ts'
import type { TenantId } from '../shared/jobs/ids.ts'
import type { AddressGuard } from '../shared/net/address-guard.ts'
import type { Logger } from '../shared/observe/logger.ts'
import type { Keys } from '../shared/redis/keys.ts'
import type { Storage } from '../shared/storage/storage.ts'
import type { KeyStore } from '../shared/tenants/key-store.ts'
import type { Clock } from '../shared/time/clock.ts'

/** All that the API is made of. Nothing in it is opened or closed by the app. */
export interface ApiDeps {
  /** Of the use `commands`: fails at once while Redis is away. */
  redis: Redis
  keys: Keys
  clock: Clock
  log: Logger
  storage: Storage
  jobs: Pick<JobStore, 'find' | 'stop'>
  sessions: Pick<SessionStore, 'find'>
  apiKeys: KeyStore
  signals: JobSignals
  guard: Pick<AddressGuard, 'checkUrl'>
  links: LinkSigner
  /** The base of links, without a trailing slash; known once the server listens. */
  publicUrl: () => string
  http: Pick<Config['http'], 'maxUploadBytes' | 'corsOrigins'>
  /** How long ended jobs are kept. */
  retentionDays: number
  /** What signs the webhooks of a tenant's jobs. */
  webhookSecret: (tenant: TenantId) => Promise<Secret>
}
