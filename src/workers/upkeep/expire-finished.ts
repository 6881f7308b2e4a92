import type { Redis } from 'ioredis'
import { forgetJob, type ForgetDeps } from '../../shared/jobs/forget-job.ts'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { JobStore } from '../../shared/jobs/job-store.ts'
import type { Logger } from '../../shared/observe/logger.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import { DAY_MS, HOUR_MS, type Clock } from '../../shared/time/clock.ts'

export interface ExpireDeps extends ForgetDeps {
  jobs: Pick<JobStore, 'find'>
  clock: Clock
  log: Logger
}

/** A job that could not be removed must not stand before the others: it is tried again so much later. */
const AGAIN_MS = HOUR_MS

/**
 * Removes jobs that have expired, the longest ago first, with files, deliveries and session. Reads only what is due; a
 * pass that broke off anywhere is repeated by the next one.
 * @returns how many were due; fewer than `atMost` means that none is left.
 */
export async function expireFinished(deps: ExpireDeps, { atMost }: { atMost: number }): Promise<number> {
  const { redis, keys, clock } = deps
  const now = clock.now()
  const due = (await redis.zrangebyscore(keys.expiring(), '-inf', now, 'LIMIT', 0, atMost)) as JobId[]
  for (const id of due) {
    try {
      await expireOne(deps, id)
    } catch (error) {
      deps.log.warn({ err: error, job: id }, 'an expired job could not be removed; trying again in an hour')
      await redis.zadd(keys.expiring(), 'XX', now + AGAIN_MS, id)
    }
  }
  return due.length
}

async function expireOne(deps: ExpireDeps, id: JobId): Promise<void> {
  const job = await deps.jobs.find(id)
  if (job && (await forgetJob(deps, job))) return
  // Removed by another meanwhile, or not ended at all: its end would list it again.
  await deps.redis.zrem(deps.keys.expiring(), id)
}

/** Events go when their jobs are gone; clocks of machines may differ by so much. */
const SLACK_MS = HOUR_MS

/** Cuts off the events that are older than any job is kept. Redis cuts in whole blocks, so some stay a little longer. */
export async function trimEvents(
  { redis, keys, clock }: { redis: Redis; keys: Keys; clock: Clock },
  { retentionDays }: { retentionDays: number },
): Promise<number> {
  const oldest = clock.now() - retentionDays * DAY_MS - SLACK_MS
  return redis.xtrim(keys.events(), 'MINID', '~', oldest)
}
