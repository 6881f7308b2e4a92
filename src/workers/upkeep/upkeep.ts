import type { Redis } from 'ioredis'
import { JobStore } from '../../shared/jobs/job-store.ts'
import type { Logger } from '../../shared/observe/logger.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import type { Storage } from '../../shared/storage/storage.ts'
import { MINUTE_MS, SECOND_MS, type Clock } from '../../shared/time/clock.ts'
import { endOverdue } from './end-overdue.ts'
import { expireFinished, trimEvents } from './expire-finished.ts'
import { reclaimLeases } from './reclaim-leases.ts'
import { sweepStorage } from './sweep-storage.ts'

export interface UpkeepDeps {
  redis: Redis
  keys: Keys
  storage: Storage
  clock: Clock
  log: Logger
  retentionDays: number
  leaseMs: number
}

type Parts = UpkeepDeps & { jobs: JobStore }

interface Duty {
  name: string
  everyMs: number
  /** Done by one worker of the cell each time, not by all. */
  once: boolean
  run(parts: Parts): Promise<void>
}

/** So many a turn, so that a turn ends soon however much has gathered: over a million expired jobs a day. */
const EXPIRE = { atMost: 100, batches: 10 }
const SWEEP = { atMost: 500 }

const DUTIES: Duty[] = [
  { name: 'leases', everyMs: 5 * SECOND_MS, once: false, run: takeBack },
  { name: 'deadlines', everyMs: SECOND_MS, once: false, run: async (parts) => void (await endOverdue(parts)) },
  { name: 'expiry', everyMs: MINUTE_MS, once: true, run: expire },
  { name: 'storage', everyMs: MINUTE_MS, once: true, run: async (parts) => void (await sweepStorage(parts, SWEEP)) },
]

/** Takes back, ends and removes what its time has come for, for as long as it runs. No duty waits for another. */
export function startUpkeep(deps: UpkeepDeps): { close(): Promise<void> } {
  const parts = { ...deps, jobs: new JobStore(deps) }
  const stopped = new AbortController()
  const running = DUTIES.map((duty) => repeat(parts, duty, stopped.signal))
  return {
    async close() {
      stopped.abort()
      await Promise.all(running)
    },
  }
}

async function repeat(parts: Parts, duty: Duty, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      if (!duty.once || (await takeTurn(parts, duty))) await duty.run(parts)
    } catch (error) {
      if (!signal.aborted) parts.log.warn({ err: error, duty: duty.name }, 'upkeep broke off; trying again')
    }
    await parts.clock.sleep(duty.everyMs, { signal }).catch(() => undefined)
  }
}

/** The turn ends a little before the next is due, so that a worker that is alone misses none. */
async function takeTurn({ redis, keys }: Parts, { name, everyMs }: Duty): Promise<boolean> {
  return (await redis.set(keys.upkeepTurn(name), '1', 'PX', everyMs - SECOND_MS, 'NX')) === 'OK'
}

async function takeBack({ redis, keys, log }: Parts): Promise<void> {
  const jobs = await reclaimLeases({ redis, keys }, 'expired')
  if (jobs.length > 0) log.warn({ jobs }, 'took back jobs whose worker died')
}

async function expire(parts: Parts): Promise<void> {
  for (let batch = 0; batch < EXPIRE.batches; batch += 1) {
    if ((await expireFinished(parts, EXPIRE)) < EXPIRE.atMost) {
      await trimEvents(parts, parts)
      return
    }
  }
}
