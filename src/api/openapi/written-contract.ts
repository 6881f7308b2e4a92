import { Redis } from 'ioredis'
import { Secret } from '../../shared/config/secret.ts'
import { LinkSigner } from '../../shared/crypto/link-signer.ts'
import { JobSignals } from '../../shared/jobs/job-signals.ts'
import { JobStore } from '../../shared/jobs/job-store.ts'
import { SessionStore } from '../../shared/jobs/session-store.ts'
import { AddressGuard } from '../../shared/net/address-guard.ts'
import { silentLogger } from '../../shared/observe/logger.ts'
import { createKeys } from '../../shared/redis/keys.ts'
import { FileStorage } from '../../shared/storage/file-storage.ts'
import { KeyStore } from '../../shared/tenants/key-store.ts'
import { systemClock } from '../../shared/time/clock.ts'
import type { ApiDeps } from '../api-deps.ts'
import { buildApp } from '../app.ts'
import { toYaml } from './contract.ts'

/** The text that `openapi.yaml` must have, from the routes' schemas. Connects to nothing. */
export async function writtenContract(): Promise<string> {
  const app = await buildApp(unconnected())
  try {
    return toYaml(app.swagger())
  } finally {
    await app.close()
  }
}

/** The parts that routes are made with; nothing here is called while the contract is written. */
function unconnected(): ApiDeps {
  const redis = new Redis({ lazyConnect: true })
  const keys = createKeys()
  const clock = systemClock
  return {
    redis,
    keys,
    clock,
    log: silentLogger,
    storage: new FileStorage('unused'),
    jobs: new JobStore({ redis, keys, clock, leaseMs: 0 }),
    sessions: new SessionStore({ redis, keys }),
    apiKeys: new KeyStore({ redis, keys }),
    signals: new JobSignals({ subscriber: redis, keys }),
    guard: new AddressGuard([]),
    links: new LinkSigner(new Secret('unused')),
    publicUrl: () => '',
    retentionDays: 0,
    http: { maxUploadBytes: 0, corsOrigins: [] },
    webhookSecret: async () => new Secret('unused'),
  }
}
