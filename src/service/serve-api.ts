import { buildApp } from '../api/app.ts'
import { StartupError, type Fault } from '../shared/errors/startup-error.ts'
import { JobSignals } from '../shared/jobs/job-signals.ts'
import { JobStore } from '../shared/jobs/job-store.ts'
import { SessionStore } from '../shared/jobs/session-store.ts'
import { ensureFirstTenant } from '../shared/tenants/ensure-first-tenant.ts'
import { KeyStore } from '../shared/tenants/key-store.ts'
import type { Parts } from './open-parts.ts'

/** Serves the API; `opened` closes it. @throws StartupError where the port is taken or not ours to take. */
export async function serveApi(parts: Parts, opened: AsyncDisposableStack): Promise<void> {
  const { config, redis, keys, clock, log, secrets, address } = parts
  await ensureFirstTenant({ redis, keys, apiKey: secrets.apiKey, now: clock.now() })
  const signals = new JobSignals({ subscriber: await parts.connect(), keys })
  await signals.start()
  const app = await buildApp({
    ...parts,
    log: log.child({ part: 'api' }),
    jobs: new JobStore(parts),
    sessions: new SessionStore({ redis, keys }),
    apiKeys: new KeyStore({ redis, keys }),
    signals,
    publicUrl: address.url,
    http: config.http,
    retentionDays: config.retentionDays,
    webhookSecret: async () => secrets.webhookSecret,
  })
  opened.defer(() => app.close())
  const { host, port } = config.http
  await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    throw listenFault(error, config.http)
  })
  address.listensOn(app)
}

/** What keeps a server from listening, by the system's code. */
const LISTEN_FAULTS: Record<string, (http: { host: string; port: number }) => Fault> = {
  EADDRINUSE: ({ host, port }) => ({
    subject: 'PORT',
    expected: `${host}:${port} to be free`,
    got: 'another program listens there',
    fix: 'stop it, or set PORT to another one (0 picks a free one)',
  }),
  EACCES: ({ port }) => ({
    subject: 'PORT',
    expected: 'a port that this user may listen on',
    got: String(port),
    fix: 'set PORT to one above 1023',
  }),
  EADDRNOTAVAIL: ({ host }) => notOurs(host),
  ENOTFOUND: ({ host }) => notOurs(host),
}

const notOurs = (host: string): Fault => ({
  subject: 'HOST',
  expected: 'an address of this machine',
  got: host,
  fix: 'set HOST to 127.0.0.1, 0.0.0.0 or one of its addresses',
})

function listenFault(error: NodeJS.ErrnoException, http: { host: string; port: number }): unknown {
  const fault = LISTEN_FAULTS[error.code ?? '']
  return fault ? new StartupError([fault(http)], error) : error
}
