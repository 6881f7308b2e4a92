import type { Redis } from 'ioredis'
import type { Logger } from '../../shared/observe/logger.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import { SECOND_MS, type Clock } from '../../shared/time/clock.ts'
import { reclaimLeases } from './reclaim-leases.ts'

const EVERY_MS = 5 * SECOND_MS

/** Takes back what dead workers held, for as long as it runs. */
export function startUpkeep(deps: { redis: Redis; keys: Keys; clock: Clock; log: Logger }): { close(): Promise<void> } {
  const stopped = new AbortController()
  const running = run(deps, stopped.signal)
  return {
    async close() {
      stopped.abort()
      await running
    },
  }
}

async function run(deps: { redis: Redis; keys: Keys; clock: Clock; log: Logger }, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const jobs = await reclaimLeases(deps, 'expired')
      if (jobs.length > 0) deps.log.warn({ jobs }, 'took back jobs whose worker died')
    } catch (error) {
      deps.log.warn({ err: error }, 'leases could not be looked at; trying again')
    }
    await deps.clock.sleep(EVERY_MS, { signal }).catch(() => undefined)
  }
}
