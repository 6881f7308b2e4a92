import type { AddressInfo } from 'node:net'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type { ApiDeps } from '../../../src/api/api-deps.ts'
import { buildApp } from '../../../src/api/app.ts'
import { Secret } from '../../../src/shared/config/secret.ts'
import { LinkSigner } from '../../../src/shared/crypto/link-signer.ts'
import { JobSignals } from '../../../src/shared/jobs/job-signals.ts'
import { JobStore } from '../../../src/shared/jobs/job-store.ts'
import { SessionStore } from '../../../src/shared/jobs/session-store.ts'
import { AddressGuard } from '../../../src/shared/net/address-guard.ts'
import { silentLogger } from '../../../src/shared/observe/logger.ts'
import { createKeys, type Keys } from '../../../src/shared/redis/keys.ts'
import { FileStorage } from '../../../src/shared/storage/file-storage.ts'
import { ensureFirstTenant } from '../../../src/shared/tenants/ensure-first-tenant.ts'
import { KeyStore } from '../../../src/shared/tenants/key-store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { testRedis } from '../../support/test-redis.ts'

export const API_KEY = 'cy_the-admin-key-of-these-tests'
export const PUBLIC_URL = 'https://clipyard.test'
export const START = Date.parse('2030-01-01T00:00:00.000Z')

/** The API on real Redis and a storage folder of its own, with a clock that a test moves. */
export interface TestApi extends AsyncDisposable {
  app: FastifyInstance
  deps: ApiDeps & { jobs: JobStore; storage: FileStorage }
  keys: Keys
  clock: ManualClock
  /** The folder that storage writes to. */
  folder: string
  /** Calls with the admin key unless the headers say otherwise. */
  call(options: InjectOptions): Promise<LightMyRequestResponse>
  /** Listens on a free port of the loopback address. */
  listen(): Promise<string>
}

export async function testApi(changes: Partial<ApiDeps> = {}): Promise<TestApi> {
  const stack = new AsyncDisposableStack()
  const redis = stack.use(await testRedis())
  const dir = stack.use(await tempDir())
  const keys = createKeys(redis.namespace)
  const clock = new ManualClock(START)
  const subscriber = redis.redis.duplicate()
  stack.defer(() => subscriber.disconnect())

  const deps = { ...makeDeps({ redis: redis.redis, subscriber, keys, clock, folder: dir.path }), ...changes }
  await deps.signals.start()
  await ensureFirstTenant({ redis: redis.redis, keys, apiKey: new Secret(API_KEY), now: START })
  const app = stack.adopt(await buildApp(deps), (built) => built.close())
  return {
    app,
    deps: deps as TestApi['deps'],
    keys,
    clock,
    folder: dir.path,
    call: (options) => app.inject({ ...options, headers: { authorization: `Bearer ${API_KEY}`, ...options.headers } }),
    async listen() {
      await app.listen({ host: '127.0.0.1', port: 0 })
      return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

interface Parts {
  redis: ApiDeps['redis']
  subscriber: ApiDeps['redis']
  keys: Keys
  clock: ManualClock
  folder: string
}

function makeDeps({ redis, subscriber, keys, clock, folder }: Parts): ApiDeps {
  return {
    redis,
    keys,
    clock,
    log: silentLogger,
    storage: new FileStorage(folder),
    jobs: new JobStore({ redis, keys, clock, leaseMs: 60_000 }),
    sessions: new SessionStore({ redis, keys }),
    apiKeys: new KeyStore({ redis, keys }),
    signals: new JobSignals({ subscriber, keys }),
    guard: new AddressGuard([]),
    links: new LinkSigner(new Secret('the-secret-that-signs-links-in-tests')),
    publicUrl: () => PUBLIC_URL,
    retentionDays: 30,
    http: { maxUploadBytes: 1_000_000, corsOrigins: [] },
    webhookSecret: async () => new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
  }
}
