import { Secret } from '../../../src/shared/config/secret.ts'
import { silentLogger } from '../../../src/shared/observe/logger.ts'
import { systemClock } from '../../../src/shared/time/clock.ts'
import { createNemoClient, type NemoClientDeps } from '../../../src/shared/upstream/nemo-client.ts'
import { configuredToken } from '../../../src/shared/upstream/tokens.ts'

/** A signal that never aborts. */
export const signal = new AbortController().signal

/** A client of this upstream, closed by `await using`. */
export function clientOf(baseUrl: string, more: Partial<NemoClientDeps> = {}) {
  const client = createNemoClient({
    baseUrl,
    skill: { source: 'clipyard', version: '1.2.3', platform: 'unknown' },
    tokens: configuredToken(new Secret('nmv_usr_configured')),
    limits: { streamIdleMs: 600_000, streamMaxMs: 900_000 },
    clock: systemClock,
    log: silentLogger,
    ...more,
  })
  return { ...client, [Symbol.asyncDispose]: () => client.close() }
}
