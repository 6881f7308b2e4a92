import { z } from 'zod'
import { Checkpoint } from './checkpoint.ts'
import { JobInput } from './job-input.ts'
import { JobId, SessionId, TenantId } from './ids.ts'
import { JOB_ERRORS, type JobErrorCode } from '../errors/job-errors.ts'
import { JOB_EVENT_TYPES } from './events.ts'
import { JobStatus, STAGES, WAIT_REASONS } from './states.ts'

export const ACTIONS = ['edit', 'export', 'credits', 'status', 'upload'] as const

/** What the caller asked for, as it was accepted. Never changes. */
export const JobRequest = z.object({
  instruction: z.string().nullable(),
  language: z.string().nullable(),
  output: z.object({ format: z.literal('mp4'), quality: z.enum(['low', 'medium', 'high']) }),
  external_id: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  priority: z.enum(['low', 'normal', 'high']),
  expect: z
    .object({
      min_changes: z.int(),
      max_duration_ms: z.int(),
      aspect: z.string(),
      tracks: z.record(z.string(), z.int()),
    })
    .exactPartial()
    .nullable(),
  max_credits: z.int().nullable(),
  run_at: z.string().nullable(),
  start_by: z.string().nullable(),
  finish_by: z.string().nullable(),
  webhook: z.object({ url: z.string(), events: z.array(z.enum(JOB_EVENT_TYPES)) }).nullable(),
})
export type JobRequest = z.infer<typeof JobRequest>

export const Waiting = z.object({
  reason: z.enum(WAIT_REASONS),
  detail: z.string(),
  since: z.string(),
  retry_at: z.string().nullable(),
  help_url: z.string().nullable(),
})
export type Waiting = z.infer<typeof Waiting>

export const JobFailure = z.object({
  code: z.enum(Object.keys(JOB_ERRORS) as [JobErrorCode, ...JobErrorCode[]]),
  stage: z.enum(STAGES).nullable(),
  detail: z.string(),
  retryable: z.boolean(),
  help_url: z.string().nullable(),
  upstream: z
    .object({
      status: z.int().nullable(),
      code: z.union([z.string(), z.number()]).nullable(),
      message: z.string().nullable(),
    })
    .nullable(),
})
export type JobFailure = z.infer<typeof JobFailure>

/** How long each stage took in milliseconds, polling included and waiting not, and how often it was begun. */
export const StageTimes = z.partialRecord(z.enum(STAGES), z.object({ ms: z.int(), tries: z.int() }))
export type StageTimes = z.infer<typeof StageTimes>

/** A job as Redis holds it. Times are RFC 3339 UTC. Drafts, timelines and files lie in storage. */
export const JobRecord = z.object({
  id: JobId,
  tenant: TenantId,
  session: SessionId,
  status: JobStatus,
  stage: z.enum(STAGES).nullable(),
  action: z.enum(ACTIONS),
  /** Grows each time the job is handed to a worker; fences its writes. */
  epoch: z.int(),
  /** Begins at 1; counts failures, not waits and not shutdowns. */
  attempt: z.int(),
  progress: z.number(),
  /** The place in the cell's order of acceptance. */
  order: z.int(),
  request: JobRequest,
  inputs: z.array(JobInput),
  checkpoint: Checkpoint,
  waiting: Waiting.nullable(),
  error: JobFailure.nullable(),
  stages: StageTimes,
  /** When the last leg ended with a snooze: the time since then belongs to its stage. */
  snoozed_at: z.string().nullable(),
  /** The job whose work this one goes on with. */
  retry_of: JobId.nullable(),
  /** Set once someone wants it to end; whoever holds it stops and cleans up. */
  stop_asked: z.enum(['canceled', 'expired']).nullable(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  expires_at: z.string().nullable(),
})
export type JobRecord = z.infer<typeof JobRecord>
