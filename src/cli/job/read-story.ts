import type { Redis } from 'ioredis'
import type { JobId } from '../../shared/jobs/ids.ts'
import { decodeJob } from '../../shared/jobs/job-codec.ts'
import { jobKeys, jobLists, type JobList } from '../../shared/jobs/job-lists.ts'
import type { JobRecord } from '../../shared/jobs/job.ts'
import { SessionStore, type Session } from '../../shared/jobs/session-store.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import { lookUp, type Standing } from '../../shared/redis/look-up.ts'
import type { Storage } from '../../shared/storage/storage.ts'
import type { DeliveryId } from '../../shared/jobs/ids.ts'
import { decodeDelivery, type Delivery } from '../../shared/webhooks/delivery.ts'
import { readEvents, type LoggedEvent } from './read-events.ts'

/** Everything that is known of one job. */
export interface Story {
  job: JobRecord
  session: Session | null
  /** Who goes before it in its session; null when nobody does. */
  behind: string | null
  lists: Record<JobList, string>
  standings: Record<JobList, Standing | null>
  events: LoggedEvent[]
  deliveries: Delivery[]
  /** Keys that hold it or belong to it alone; `ttlMs` is null for one that does not expire. */
  keys: { key: string; type: string; ttlMs: number | null }[]
  files: { path: string; bytes: number }[]
}

interface Deps {
  redis: Redis
  keys: Keys
  storage: Storage
}

/** Reads a job with all that belongs to it. @returns null when there is no such job (any more). */
export async function readStory(deps: Deps, id: JobId): Promise<Story | null> {
  const { redis, keys } = deps
  const found = await redis.hgetall(keys.job(id))
  if (!found['id']) return null
  const lists = jobLists(keys, decodeJob(found))
  const { record, standings } = await lookUp(redis, { record: keys.job(id), member: id, lists })
  if (!record['id']) return null
  const job = decodeJob(record)
  const [first = null] = await redis.zrange(lists.line, '0', '0')
  return {
    job,
    session: await new SessionStore(deps).find(job.session),
    behind: standings.line && standings.line.rank > 0 ? first : null,
    lists,
    standings,
    events: await readEvents(deps, job),
    deliveries: await readDeliveries(deps, id),
    keys: await readKeys(deps, job),
    files: await readFiles(deps.storage, id),
  }
}

async function readDeliveries({ redis, keys }: Deps, id: JobId): Promise<Delivery[]> {
  const ids = (await redis.zrange(keys.jobDeliveries(id), '0', '-1')) as DeliveryId[]
  const records = await Promise.all(ids.map((delivery) => redis.hgetall(keys.delivery(delivery))))
  return records.filter((record) => record['id']).map(decodeDelivery)
}

async function readKeys({ redis, keys }: Deps, job: JobRecord): Promise<Story['keys']> {
  const own = [...jobKeys(keys, job.id), keys.session(job.session)]
  const rows = await Promise.all(
    own.map(async (key) => ({ key, type: await redis.type(key), ttl: await redis.pttl(key) })),
  )
  return rows
    .filter(({ type }) => type !== 'none')
    .map(({ key, type, ttl }) => ({ key, type, ttlMs: ttl < 0 ? null : ttl }))
}

async function readFiles(storage: Storage, id: JobId): Promise<Story['files']> {
  const files = await storage.filesOf(id)
  return Promise.all(files.map(async ({ name, bytes }) => ({ path: await storage.localPath(`${id}/${name}`), bytes })))
}
