import type { Storage } from '../storage/storage.ts'
import type { NewJob } from './accept-job.ts'
import { newJobId, newSessionId } from './ids.ts'
import type { JobRecord } from './job.ts'
import type { RetryPlan } from './plan-retry.ts'
import { jobFile } from './report.ts'

/** Makes the job that goes on with an ended one: its files are copied, so that each job's files go with that job alone. */
export async function toRetry(storage: Storage, job: JobRecord, plan: RetryPlan): Promise<NewJob> {
  const id = newJobId()
  for (const [from, to] of filesToKeep(job, id, plan)) {
    if ((await storage.size(from)) !== null) await storage.copy(from, to)
  }
  return {
    id,
    tenant: job.tenant,
    session: plan.sameSession ? job.session : newSessionId(),
    action: job.action,
    // A time of the first job that has passed would end the second before it begins.
    request: { ...job.request, run_at: null, start_by: null, finish_by: null },
    inputs: plan.checkpoint.inputs ?? job.inputs,
    checkpoint: plan.checkpoint,
    retry_of: job.id,
  }
}

function filesToKeep(job: JobRecord, id: NewJob['id'], { from }: RetryPlan): [string, string][] {
  const clips = job.inputs.map((_input, index): [string, string] => [
    jobFile.input(job.id, index),
    jobFile.input(id, index),
  ])
  if (from !== 'export') return clips
  const drafts = (['before', 'after'] as const).map((when): [string, string] => [
    jobFile.draft(job.id, when),
    jobFile.draft(id, when),
  ])
  return [...clips, ...drafts, [jobFile.report(job.id), jobFile.report(id)]]
}
