import type { JobError } from '../errors/job-errors.ts'
import type { JobFailure } from './job.ts'
import type { Stage } from './states.ts'
import { DAY_MS, type Clock } from '../time/clock.ts'

/** What the last record of a job says of its end. */
export const endingOf = (
  { clock, retentionDays }: { clock: Clock; retentionDays: number },
  error: JobError | null,
  stage: Stage | null,
) => ({
  error: error && failureOf(error, stage),
  expires_at: new Date(clock.now() + retentionDays * DAY_MS).toISOString(),
})

const failureOf = (error: JobError, stage: Stage | null): JobFailure => ({
  code: error.code,
  stage,
  detail: error.message,
  retryable: error.spec.retryable,
  help_url: error.helpUrl ?? null,
  upstream: error.upstream ?? null,
})
