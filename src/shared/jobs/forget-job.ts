import type { Redis } from 'ioredis'
import { sha256Hex } from '../crypto/hashing.ts'
import type { Keys } from '../redis/keys.ts'
import { Script } from '../redis/script.ts'
import type { Storage } from '../storage/storage.ts'
import { forgetDeliveries } from '../webhooks/forget-deliveries.ts'
import type { JobRecord } from './job.ts'
import { FINAL_STATUSES } from './states.ts'

const FORGET_JOB = new Script('forget-job')

export interface ForgetDeps {
  redis: Redis
  keys: Keys
  storage: Storage
}

/**
 * Removes an ended job with all that is its own. The record goes last: while it is there, a removal that broke off can
 * be found and repeated, and nothing is left without an owner.
 * @returns false when the job has not ended: nothing was removed.
 */
export async function forgetJob(deps: ForgetDeps, job: JobRecord): Promise<boolean> {
  if (!FINAL_STATUSES.some((status) => status === job.status)) return false
  await deps.storage.removeOwner(job.id)
  await forgetDeliveries(deps, job)
  return forgetRecord(deps, job)
}

/** The last part: record and indexes, and the session with the last of its jobs. @returns false when it has not ended. */
export async function forgetRecord(
  { redis, keys }: Pick<ForgetDeps, 'redis' | 'keys'>,
  { id, tenant, session, request }: Pick<JobRecord, 'id' | 'tenant' | 'session' | 'request'>,
): Promise<boolean> {
  const names = [
    keys.job(id),
    keys.expiring(),
    keys.session(session),
    keys.sessionJobs(session),
    keys.tenantJobs(tenant),
  ]
  if (request.external_id !== null) names.push(keys.externalJobs(tenant, sha256Hex(request.external_id)))
  const args = [id, keys.tenantJobsByStatus(tenant, ''), `,${FINAL_STATUSES.join(',')},`]
  return (await FORGET_JOB.run(redis, names, args)) === 1
}
