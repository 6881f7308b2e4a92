import type { JobRecord, JobRequest } from './job.ts'

type Limits = Pick<JobRequest, 'start_by' | 'finish_by'>

/** When a job is next to be looked at for being late, epoch ms: until it has started its earlier limit, then `finish_by`. */
export function nextDeadline({ start_by, finish_by }: Limits, started_at: string | null): number | null {
  const limits = [started_at === null ? start_by : null, finish_by].filter((limit) => limit !== null)
  return limits.length > 0 ? Math.min(...limits.map((limit) => Date.parse(limit))) : null
}

/** The limit that a job has passed at `now`, in words for its error; null while it is in time. */
export function passedDeadline(job: Pick<JobRecord, 'request' | 'started_at'>, now: number): string | null {
  const { start_by, finish_by } = job.request
  if (job.started_at === null && start_by !== null && Date.parse(start_by) < now) return `start by ${start_by}`
  if (finish_by !== null && Date.parse(finish_by) < now) return `end by ${finish_by}`
  return null
}
