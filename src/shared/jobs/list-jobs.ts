import type { Redis } from 'ioredis'
import { sha256Hex } from '../crypto/hashing.ts'
import type { Keys } from '../redis/keys.ts'
import { decodeJob } from './job-codec.ts'
import type { JobId, SessionId, TenantId } from './ids.ts'
import type { JobRecord } from './job.ts'
import type { JobStatus } from './states.ts'

/** At most one of them: each is an index of its own, so that a page costs the same however many jobs there are. */
export type JobFilter = { status: JobStatus } | { sessionId: SessionId } | { externalId: string } | null

/** A page, newest first. `next` is the place in the order of acceptance that the next page starts below. */
export interface JobPage {
  jobs: JobRecord[]
  next: number | null
}

/** Reads one page of a tenant's jobs. `below`: only jobs accepted before that place. */
export async function listJobs(
  deps: { redis: Redis; keys: Keys },
  query: { tenant: TenantId; filter: JobFilter; limit: number; below: number | null },
): Promise<JobPage> {
  const { redis, keys } = deps
  const from = query.below === null ? '+inf' : `(${query.below}`
  const found = await redis.zrevrangebyscore(indexOf(keys, query), from, '-inf', 'LIMIT', 0, query.limit + 1)
  const records = await Promise.all(found.map((id) => redis.hgetall(keys.job(id as JobId))))
  const jobs = records.filter((hash) => hash['tenant'] === query.tenant).map(decodeJob)
  const page = jobs.slice(0, query.limit)
  return { jobs: page, next: found.length > query.limit ? (page.at(-1)?.order ?? null) : null }
}

function indexOf(keys: Keys, { tenant, filter }: { tenant: TenantId; filter: JobFilter }): string {
  if (filter === null) return keys.tenantJobs(tenant)
  if ('status' in filter) return keys.tenantJobsByStatus(tenant, filter.status)
  if ('sessionId' in filter) return keys.sessionJobs(filter.sessionId)
  return keys.externalJobs(tenant, sha256Hex(filter.externalId))
}
