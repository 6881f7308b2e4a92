import type { Redis } from 'ioredis'
import { decodeTime } from 'ulid'
import { FIRST_TENANT, JobId } from '../../shared/jobs/ids.ts'
import type { Logger } from '../../shared/observe/logger.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import type { Storage, StoredOwner } from '../../shared/storage/storage.ts'
import { DAY_MS, type Clock } from '../../shared/time/clock.ts'

export interface SweepDeps {
  redis: Redis
  keys: Keys
  storage: Storage
  clock: Clock
  log: Logger
}

/** An upload may still be running: files younger than this are nobody's business. */
const LEFT_ALONE_MS = DAY_MS

/**
 * Removes files that a crash left between the storing of a clip and the acceptance of its job, and writes that broke
 * off. Looks at the next so many owners only, and goes on there the next time.
 * @returns the owners whose files were removed.
 */
export async function sweepStorage(
  deps: SweepDeps,
  { atMost, ageMs = LEFT_ALONE_MS }: { atMost: number; ageMs?: number },
): Promise<string[]> {
  const { redis, keys, storage, clock } = deps
  const before = clock.now() - ageMs
  await storage.removeBrokenWrites(before)
  const { owners, next } = await storage.listOwners(await redis.get(keys.sweepPlace()), atMost)
  const gone = await withoutRecord(
    deps,
    owners.filter(({ changedAt }) => changedAt < before),
  )
  for (const owner of gone) await storage.removeOwner(owner)
  if (gone.length > 0) deps.log.warn({ owners: gone }, 'removed files of jobs that were never accepted')
  if (next === null) await redis.del(keys.sweepPlace())
  else await redis.set(keys.sweepPlace(), next)
  return gone
}

/**
 * Only jobs that this Redis would know: files from before it began stay, since with a Redis that was lost, or is the
 * wrong one, they are all that is left.
 */
async function withoutRecord({ redis, keys }: SweepDeps, owners: StoredOwner[]): Promise<JobId[]> {
  const began = Date.parse((await redis.hget(keys.tenant(FIRST_TENANT), 'created_at')) ?? '')
  const jobs = owners.flatMap(({ owner }) => JobId.safeParse(owner).data ?? [])
  const known = jobs.filter((id) => decodeTime(id.slice('job_'.length)) >= began)
  const found = await Promise.all(known.map((id) => redis.exists(keys.job(id))))
  return known.filter((_id, index) => found[index] === 0)
}
