import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../redis/keys.ts'
import { Script } from '../redis/script.ts'
import { encodeJob } from './job-codec.ts'
import { newEventId, type JobId, type SessionId, type TenantId } from './ids.ts'
import type { JobInput } from './job-input.ts'
import { nextDeadline } from './deadlines.ts'
import type { JobRecord, JobRequest, Waiting } from './job.ts'
import { sha256Hex } from '../crypto/hashing.ts'

const ACCEPT_JOB = new Script('accept-job')
const AcceptReply = z.union([
  z.tuple([z.literal(1), z.enum(['queued', 'waiting'])]),
  z.tuple([z.literal(0), z.literal('exists')]),
])

const RANKS = { high: 0, normal: 1, low: 2 } as const

export interface NewJob {
  id: JobId
  tenant: TenantId
  session: SessionId
  action: JobRecord['action']
  request: JobRequest
  inputs: JobInput[]
  /** What an earlier job has earned, for one that goes on with it. */
  checkpoint?: JobRecord['checkpoint']
  retry_of?: JobId | null
}

/** Writes a job, its indexes and its `job.queued` event in one step. When this resolves, the job survives any crash. */
export async function acceptJob(deps: { redis: Redis; keys: Keys; now: number }, job: NewJob): Promise<void> {
  const { redis, keys, now } = deps
  const at = new Date(now).toISOString()
  const { run_at, start_by, finish_by } = job.request
  const command = {
    id: job.id,
    tenant: job.tenant,
    rank: RANKS[job.request.priority],
    fields: encodeJob(newRecord(job, at)),
    wakeAt: run_at && Date.parse(run_at) > now ? Date.parse(run_at) : undefined,
    deadline: nextDeadline({ start_by, finish_by }, null) ?? undefined,
    sessionWaiting: JSON.stringify(waiting('session', 'Earlier jobs of this session run first', at, null)),
    scheduledWaiting: JSON.stringify(waiting('scheduled', 'Starts at its run_at', at, job.request.run_at)),
    session: { tenant: job.tenant, created_at: at, language: job.request.language ?? '' },
    event: { id: newEventId(), type: 'job.queued', at, data: JSON.stringify({ status: 'queued', progress: 0 }) },
    byStatus: keys.tenantJobsByStatus(job.tenant, ''),
  }
  const reply = AcceptReply.parse(await ACCEPT_JOB.run(redis, acceptKeys(keys, job), [JSON.stringify(command)]))
  if (reply[0] === 0) throw new TypeError(`${job.id} was accepted before`)
}

function acceptKeys(keys: Keys, job: NewJob): string[] {
  const { tenant, session, request } = job
  const indexes = [keys.tenantJobs(tenant), keys.sessionJobs(session)]
  if (request.external_id !== null) indexes.push(keys.externalJobs(tenant, sha256Hex(request.external_id)))
  return [
    keys.job(job.id),
    keys.events(),
    keys.eventSequence(tenant),
    keys.accepted(),
    keys.ready(tenant),
    keys.readyTenants(),
    keys.wake(),
    keys.session(session),
    keys.sessionLine(session),
    keys.readySignal(),
    keys.jobSignal(),
    keys.deadlines(),
    ...indexes,
  ]
}

const newRecord = (job: NewJob, at: string): Partial<JobRecord> => ({
  retry_of: null,
  checkpoint: {},
  stop_asked: null,
  ...job,
  stage: null,
  epoch: 0,
  attempt: 1,
  progress: 0,
  stages: {},
  snoozed_at: null,
  waiting: null,
  error: null,
  created_at: at,
  started_at: null,
  finished_at: null,
  expires_at: null,
})

const waiting = (reason: Waiting['reason'], detail: string, since: string, retry_at: string | null): Waiting => ({
  reason,
  detail,
  since,
  retry_at,
  help_url: null,
})
