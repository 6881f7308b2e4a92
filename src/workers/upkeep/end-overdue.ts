import type { Redis } from 'ioredis'
import { isOverdue, nextDeadline } from '../../shared/jobs/deadlines.ts'
import { JobId } from '../../shared/jobs/ids.ts'
import type { JobStore } from '../../shared/jobs/job-store.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import type { Clock } from '../../shared/time/clock.ts'
import { overdueError } from '../edit/carry-leg.ts'
import { endingOf } from '../../shared/jobs/ending.ts'

const AT_ONCE = 100

/** Ends jobs whose `start_by` or `finish_by` has passed, wherever they are. @returns how many were looked at. */
export async function endOverdue(deps: {
  redis: Redis
  keys: Keys
  jobs: JobStore
  clock: Clock
  retentionDays: number
}): Promise<number> {
  const { redis, keys, clock } = deps
  const due = await redis.zrangebyscore(keys.deadlines(), '-inf', clock.now(), 'LIMIT', 0, AT_ONCE)
  for (const id of due) await endOne(deps, JobId.parse(id))
  return due.length
}

async function endOne(deps: Parameters<typeof endOverdue>[0], id: JobId): Promise<void> {
  const { redis, keys, jobs, clock } = deps
  const job = await jobs.find(id)
  if (job && isOverdue(job, clock.now())) {
    const stopped = await jobs.stop(job, 'expired', endingOf(deps, overdueError(job), job.stage))
    if (stopped === 'stopped') return // gone from the list with its end
  }
  // It started in time, or a worker is ending it: look again at its next limit, or not at all.
  const next = job && nextDeadline(job.request, job.started_at)
  if (next && next > clock.now()) await redis.zadd(keys.deadlines(), 'XX', next, id)
  else await redis.zrem(keys.deadlines(), id)
}
