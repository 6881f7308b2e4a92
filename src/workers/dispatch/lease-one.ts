import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { JobRecord } from '../../shared/jobs/job.ts'
import type { Leg } from '../../shared/queues/legs.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import { Script } from '../../shared/redis/script.ts'

const LEASE_ONE = new Script('lease-one')
const LeaseOneReply = z.tuple([z.int(), z.int()])

/** A job whose turn a process waits for, and no other's. */
export type OnlyJob = Pick<JobRecord, 'id' | 'tenant' | 'session'>

/** Leases one job if its turn has come. `untilWakeMs`: how long it sleeps; -1 where no time is known. */
export async function leaseOne(
  { redis, keys, leaseMs }: { redis: Redis; keys: Keys; leaseMs: number },
  { id, tenant, session }: OnlyJob,
): Promise<{ untilWakeMs: number; legs: Leg[] }> {
  const ready = [keys.ready(tenant), keys.readyTenants()]
  const names = [keys.job(id), ...ready, keys.wake(), keys.leases(), keys.sessionLine(session)]
  const [epoch, untilWakeMs] = LeaseOneReply.parse(await LEASE_ONE.run(redis, names, [id, tenant, leaseMs]))
  return epoch === 0 ? { untilWakeMs, legs: [] } : { untilWakeMs: -1, legs: [{ jobId: id, epoch }] }
}
