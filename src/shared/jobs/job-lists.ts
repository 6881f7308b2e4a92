import { sha256Hex } from '../crypto/hashing.ts'
import type { Keys } from '../redis/keys.ts'
import type { JobId } from './ids.ts'
import type { JobRecord } from './job.ts'
import { JOB_STATUSES, type JobStatus } from './states.ts'

/** The places of a job that has not ended, beside its session's line: it is in exactly one of them, or its turn has not come. */
export const PLACES = ['ready', 'wake', 'leases'] as const
export type Place = (typeof PLACES)[number]

export type JobList =
  | Place
  | 'tenant'
  | 'session'
  | 'external'
  | 'line'
  | 'deadlines'
  | 'expiring'
  | `status:${JobStatus}`

/** What of a job decides which lists may have it. Never changes. */
export type ListedJob = Pick<JobRecord, 'tenant' | 'session'> & { request: Pick<JobRecord['request'], 'external_id'> }

/** Every list that may have a job, by what it is to the job. A job without an external id is in no `external`. */
export function jobLists(keys: Keys, { tenant, session, request }: ListedJob): Record<JobList, string> {
  const byStatus = JOB_STATUSES.map((status) => [`status:${status}`, keys.tenantJobsByStatus(tenant, status)] as const)
  return {
    tenant: keys.tenantJobs(tenant),
    session: keys.sessionJobs(session),
    external: keys.externalJobs(tenant, sha256Hex(request.external_id ?? '')),
    line: keys.sessionLine(session),
    ready: keys.ready(tenant),
    wake: keys.wake(),
    leases: keys.leases(),
    deadlines: keys.deadlines(),
    expiring: keys.expiring(),
    ...(Object.fromEntries(byStatus) as Record<`status:${JobStatus}`, string>),
  }
}

/** Every key that belongs to one job alone. */
export const jobKeys = (keys: Keys, id: JobId): string[] => [keys.job(id), keys.jobDeliveries(id)]
