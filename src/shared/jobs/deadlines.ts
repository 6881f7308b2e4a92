import type { JobRecord, JobRequest } from './job.ts'

type Limits = Pick<JobRequest, 'start_by' | 'finish_by'>

/** When a job is next to be looked at for being late, epoch ms: until it has started its earlier limit, then `finish_by`. */
export function nextDeadline({ start_by, finish_by }: Limits, started_at: string | null): number | null {
  const limits = [started_at === null ? start_by : null, finish_by].filter((limit) => limit !== null)
  return limits.length > 0 ? Math.min(...limits.map((limit) => Date.parse(limit))) : null
}

/** Whether a job has passed a limit at `now`: `start_by` until it has started, `finish_by` at any time. */
export function isOverdue(job: Pick<JobRecord, 'request' | 'started_at'>, now: number): boolean {
  const next = nextDeadline(job.request, job.started_at)
  return next !== null && next < now
}
