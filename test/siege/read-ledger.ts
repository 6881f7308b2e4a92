import { Redis } from 'ioredis'
import { audit as auditStore } from '../../src/cli/audit/audit.ts'
import type { Fault } from '../../src/cli/audit/faults.ts'
import { decodeEvent, type EventEntry } from '../../src/shared/events/event-entry.ts'
import { FIRST_TENANT, JobId } from '../../src/shared/jobs/ids.ts'
import type { JobRecord } from '../../src/shared/jobs/job.ts'
import { JobStore } from '../../src/shared/jobs/job-store.ts'
import { FINAL_STATUSES, JOB_STATUSES } from '../../src/shared/jobs/states.ts'
import { createKeys } from '../../src/shared/redis/keys.ts'
import type { Storage } from '../../src/shared/storage/storage.ts'
import { systemClock } from '../../src/shared/time/clock.ts'

const UNDER_WAY = JOB_STATUSES.filter((status) => !FINAL_STATUSES.some((final) => final === status))
const LOOK_MS = 200

/** What Redis holds when a siege is over. */
export interface Ledger {
  jobs: JobRecord[]
  events: EventEntry[]
  /** What nothing should be left of, by name. */
  left: Record<'leases' | 'sleepers' | 'tenants with ready jobs' | 'session lines' | 'pending deliveries', number>
  /** By the audit of every key and file. */
  found: Fault[]
}

/** How many jobs have not ended, and how many deliveries are due. */
export async function underWay(redisUrl: string): Promise<{ jobs: number; deliveries: number }> {
  return withRedis(redisUrl, async (redis) => {
    const keys = createKeys()
    const counts = await Promise.all(
      UNDER_WAY.map((status) => redis.zcard(keys.tenantJobsByStatus(FIRST_TENANT, status))),
    )
    const unplanned = await countUnplanned(redis, keys.events())
    const pending = await redis.zcard(keys.tenantDeliveriesByStatus(FIRST_TENANT, 'pending'))
    return {
      jobs: counts.reduce((sum, count) => sum + count, 0),
      deliveries: unplanned + pending,
    }
  })
}

/** Resolves once nothing is under way, or when the signal aborts. */
export async function untilQuiet(redisUrl: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const left = await underWay(redisUrl).catch(() => null)
    if (left && left.jobs === 0 && left.deliveries === 0) return
    await systemClock.sleep(LOOK_MS, { signal }).catch(() => undefined)
  }
}

/** Reads it once all is quiet. */
export async function readLedger(redisUrl: string, storage: Storage): Promise<Ledger> {
  return withRedis(redisUrl, async (redis) => {
    const keys = createKeys()
    const store = new JobStore({ redis, keys, clock: systemClock, leaseMs: 0 })
    const ids = await redis.zrange(keys.tenantJobs(FIRST_TENANT), '0', '-1')
    const found = await Promise.all(ids.map((id) => store.find(JobId.parse(id))))
    const entries = await redis.xrange(keys.events(), '-', '+')
    const [leases, sleepers, ready, deliveries] = await Promise.all([
      redis.zcard(keys.leases()),
      redis.zcard(keys.wake()),
      redis.zcard(keys.readyTenants()),
      redis.zcard(keys.tenantDeliveriesByStatus(FIRST_TENANT, 'pending')),
    ])
    const lines = await redis.keys(`${keys.sessionLine('')}*`)
    return {
      jobs: found.filter((job) => job !== null),
      events: entries.map(([, fields]) => decodeEvent(fields)),
      left: {
        leases,
        sleepers,
        'tenants with ready jobs': ready,
        'session lines': lines.length,
        'pending deliveries': deliveries,
      },
      found: (await auditStore({ redis, keys, storage, namespace: 'clipyard' })).faults,
    }
  })
}

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, retryStrategy: () => 100 })
  redis.on('error', () => undefined)
  try {
    return await use(redis)
  } finally {
    redis.disconnect()
  }
}

/** Events whose deliveries are not planned yet; 1 stands for any number unread. A restart of Redis leaves its `lag` wrong. */
async function countUnplanned(redis: Redis, log: string): Promise<number> {
  const groups = (await redis.xinfo('GROUPS', log).catch(() => [])) as unknown[][]
  const stream = (await redis.xinfo('STREAM', log).catch(() => [])) as unknown[]
  const [group = []] = groups
  const unread = fieldOf(group, 'last-delivered-id') === fieldOf(stream, 'last-generated-id') ? 0 : 1
  return Number(fieldOf(group, 'pending')) + unread
}

const fieldOf = (pairs: unknown[], name: string) => (pairs.includes(name) ? pairs[pairs.indexOf(name) + 1] : 0)
