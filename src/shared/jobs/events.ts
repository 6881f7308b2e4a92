import type { JobStatus } from './states.ts'

/** Every type of event about a job. The final ones carry the whole job. */
export const JOB_EVENT_TYPES = [
  'job.queued',
  'job.started',
  'job.stage',
  'job.progress',
  'job.waiting',
  'job.succeeded',
  'job.failed',
  'job.canceled',
  'job.expired',
] as const
export type JobEventType = (typeof JOB_EVENT_TYPES)[number]

export const FINAL_EVENT_TYPES = ['job.succeeded', 'job.failed', 'job.canceled', 'job.expired'] as const
export type FinalEventType = (typeof FINAL_EVENT_TYPES)[number]

export const isFinalEvent = (type: JobEventType): type is FinalEventType =>
  FINAL_EVENT_TYPES.some((final) => final === type)

/** The event that tells of a move to this state. */
export const EVENT_OF_STATUS = {
  queued: 'job.queued',
  running: 'job.started',
  waiting: 'job.waiting',
  succeeded: 'job.succeeded',
  failed: 'job.failed',
  canceled: 'job.canceled',
  expired: 'job.expired',
} as const satisfies Record<JobStatus, JobEventType>
