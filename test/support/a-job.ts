import { FIRST_TENANT, newJobId, newSessionId } from '../../src/shared/jobs/ids.ts'
import type { JobInput } from '../../src/shared/jobs/job-input.ts'
import type { JobRecord, JobRequest } from '../../src/shared/jobs/job.ts'
import type { NewJob } from '../../src/shared/jobs/accept-job.ts'

/** What a caller asks for, with everything left out that may be. */
export const aRequest = (asked: Partial<JobRequest> = {}): JobRequest => ({
  instruction: 'trim silences',
  language: null,
  output: { format: 'mp4', quality: 'high' },
  external_id: null,
  metadata: {},
  priority: 'normal',
  expect: null,
  max_credits: null,
  run_at: null,
  start_by: null,
  finish_by: null,
  webhook: null,
  ...asked,
})

export const anInput = (known: Partial<JobInput> = {}): JobInput => ({
  kind: 'upload',
  name: 'clip.mp4',
  url: null,
  bytes: 4,
  content_type: 'video/mp4',
  sha256: 'a'.repeat(64),
  ...known,
})

/** A job about to be accepted: one clip, one sentence. */
export const aNewJob = (wanted: Partial<Omit<NewJob, 'request'>> & { request?: Partial<JobRequest> } = {}): NewJob => ({
  id: newJobId(),
  tenant: FIRST_TENANT,
  session: newSessionId(),
  action: 'edit',
  inputs: [anInput()],
  ...wanted,
  request: aRequest(wanted.request),
})

/** A record as Redis would hold it, with what its status implies. */
export const aJob = (known: Partial<JobRecord> = {}): JobRecord => {
  const { request, ...job } = aNewJob()
  const ended = known.finished_at ?? (isOver(known.status) ? '2026-01-01T00:01:00.000Z' : null)
  return {
    ...job,
    request,
    status: 'queued',
    stage: null,
    epoch: 0,
    attempt: 1,
    progress: 0,
    order: 1,
    checkpoint: {},
    waiting: null,
    error: null,
    stages: {},
    snoozed_at: null,
    retry_of: null,
    stop_asked: null,
    created_at: '2026-01-01T00:00:00.000Z',
    started_at: ended && '2026-01-01T00:00:01.000Z',
    finished_at: ended,
    expires_at: null,
    ...known,
  }
}

const isOver = (status: JobRecord['status'] | undefined) =>
  status !== undefined && ['succeeded', 'failed', 'canceled', 'expired'].includes(status)
