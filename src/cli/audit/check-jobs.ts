import type { JobId, SessionId } from '../../shared/jobs/ids.ts'
import { decodeJob } from '../../shared/jobs/job-codec.ts'
import { jobLists, PLACES, type JobList, type Place } from '../../shared/jobs/job-lists.ts'
import type { JobRecord } from '../../shared/jobs/job.ts'
import { jobFile } from '../../shared/jobs/report.ts'
import { isFinal, JOB_STATUSES, type JobStatus } from '../../shared/jobs/states.ts'
import { lookUp, type Standing } from '../../shared/redis/look-up.ts'
import { PIPELINES } from '../../workers/edit/pipeline.ts'
import type { Auditor } from './auditor.ts'
import { forEachOf } from './walk.ts'

type Standings = Record<JobList, Standing | null>

/** Where a job that has not ended may be. One that a worker was given keeps its status until the worker begins. */
const MAY_BE: Record<JobStatus, readonly Place[]> = {
  queued: ['ready', 'leases'],
  waiting: ['ready', 'wake', 'leases'],
  running: ['ready', 'wake', 'leases'],
  succeeded: [],
  failed: [],
  canceled: [],
  expired: [],
}

/** Every job can be read, is in every list that it belongs to, and in exactly the place that its status allows. */
export async function checkJobs(audit: Auditor): Promise<void> {
  await forEachOf(audit.keysNamed('job'), ({ parts: [id = ''] }) => checkJob(audit, id as JobId))
}

async function checkJob(audit: Auditor, id: JobId): Promise<void> {
  const { redis, keys, now } = audit.deps
  const first = await read(audit, id, await redis.hgetall(keys.job(id)))
  if (!first) return
  const lists = jobLists(keys, first)
  const { record, standings } = await lookUp(redis, { record: keys.job(id), member: id, lists })
  const job = await read(audit, id, record)
  if (!job) return
  const expired = job.expires_at !== null && Date.parse(job.expires_at) <= now
  const finishedAt = Date.parse(job.finished_at ?? '')
  const { tenant, session, status } = job
  const request = { external_id: job.request.external_id }
  audit.jobs.set(id, { tenant, session, request, status, finishedAt, expired })
  audit.looked.jobs += 1
  checkLists(audit, job, standings)
  checkPlace(audit, job, standings)
  await checkSession(audit, job)
  if (!expired) await checkOutput(audit, job)
}

/** Null, too, for one that was removed since. */
async function read(audit: Auditor, id: JobId, record: Record<string, string>): Promise<JobRecord | null> {
  if (Object.keys(record).length === 0) return null
  try {
    return decodeJob(record)
  } catch (error) {
    audit.fault('unreadable_record', id, error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error))
    return null
  }
}

function checkLists(audit: Auditor, job: JobRecord, standings: Standings): void {
  const ended = isFinal(job.status)
  const belongs: Partial<Record<JobList, boolean>> = {
    tenant: true,
    session: true,
    external: job.request.external_id !== null,
    line: !ended,
    expiring: ended,
  }
  for (const status of JOB_STATUSES) belongs[`status:${status}`] = status === job.status
  for (const [list, expected] of Object.entries(belongs) as [JobList, boolean][]) {
    if (expected && !standings[list]) audit.fault('missing_from_list', job.id, `${job.status}, and not in: ${list}`)
    if (!expected && standings[list]) audit.fault('stale_member', job.id, `${job.status}, and in: ${list}`)
  }
  if (ended && standings.deadlines) audit.fault('stale_member', job.id, `${job.status}, and in: deadlines`)
}

function checkPlace(audit: Auditor, { id, status }: JobRecord, standings: Standings): void {
  const found = PLACES.filter((place) => standings[place] !== null)
  const inLine = status === 'waiting' && standings.line !== null && standings.line.rank > 0
  const wrong = found.filter((place) => !MAY_BE[status].includes(place))
  if (wrong.length > 0) audit.fault('misplaced_job', id, `${status}, and in: ${wrong.join(', ')}`)
  else if (found.length > 1)
    audit.fault('misplaced_job', id, `${status}, and in more than one place: ${found.join(', ')}`)
  else if (found.length === 0 && !isFinal(status) && !inLine) {
    audit.fault('misplaced_job', id, `${status}, and nowhere: nothing will take it up`)
  }
}

async function checkSession(audit: Auditor, { id, session }: JobRecord): Promise<void> {
  const { redis, keys } = audit.deps
  if ((await redis.exists(keys.session(session satisfies SessionId))) === 1) return
  if ((await redis.exists(keys.job(id))) === 1) audit.fault('missing_from_list', id, `its session ${session} is gone`)
}

async function checkOutput(audit: Auditor, job: JobRecord): Promise<void> {
  const { redis, keys, storage } = audit.deps
  if (job.status !== 'succeeded' || !PIPELINES[job.action].some((step) => step.adds.includes('output'))) return
  audit.looked.outputs += 1
  const expected = job.checkpoint.output?.bytes
  const bytes = await storage.size(jobFile.output(job.id))
  if (expected !== undefined && bytes === expected) return
  // Deleted in between, files first.
  if ((await redis.exists(keys.job(job.id))) === 0) return
  audit.fault('missing_output', job.id, `expected ${expected ?? 'some'} bytes, found ${bytes ?? 'no file'}`)
}
