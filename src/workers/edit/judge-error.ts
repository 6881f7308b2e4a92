import { JobError, toJobError, type JobErrorCode } from '../../shared/errors/job-errors.ts'
import type { Checkpoint } from '../../shared/jobs/checkpoint.ts'
import type { Stage } from '../../shared/jobs/states.ts'
import { CLIP_FORMATS } from '../../shared/media/clip-type.ts'
import { StorageError } from '../../shared/storage/storage.ts'
import { UpstreamError } from '../../shared/upstream/upstream-error.ts'
import { GateClosed } from '../account/gate-closed.ts'
import { HELP_URL } from '../account/help-url.ts'
import { rewind, waitFor, type EditSettings, type Outcome } from './step.ts'

/** An upstream that answers one call with 5xx so often, with back-off, is broken for that job. */
const MOST_SERVER_ERRORS = 30

/** What a refusal of the request itself means, by the stage it came in. */
const REJECTED: Record<Stage, JobErrorCode> = {
  fetch: 'input_unreachable',
  upload: 'upload_failed',
  edit: 'edit_rejected',
  verify: 'upstream_unavailable',
  export: 'render_failed',
  render: 'render_failed',
  download: 'download_failed',
}

/** What a person can do about a clip that was refused; else nothing more than the upstream's words is known. */
const ADVICE: Partial<Record<JobErrorCode, string>> = {
  input_unsupported: `Accepted are ${Object.keys(CLIP_FORMATS).join(', ')}.`,
  input_too_large: 'Compress or trim the clip.',
}

/** Turns what a step threw into what the job does: wait without counting it, go back, or fail with a `JobError`. */
export function judgeError(
  error: unknown,
  at: { stage: Stage; checkpoint: Checkpoint; settings: EditSettings },
): Outcome<never> | JobError {
  if (error instanceof StorageError) return new JobError('storage_failed', error.message, { cause: error })
  if (error instanceof GateClosed) {
    const { reason, retryMs: delayMs, detail, helpUrl } = error.closed
    return waitFor({ reason, delayMs, detail, helpUrl, shared: true })
  }
  if (!(error instanceof UpstreamError)) return toJobError(error)
  const { settings, checkpoint } = at
  const fail = (code: JobErrorCode, helpUrl?: string) => {
    const detail = [error.message, ADVICE[code]].filter(Boolean).join('. ')
    return new JobError(code, detail, { upstream: error.words, helpUrl, cause: error })
  }

  switch (error.kind) {
    case 'rate_limited': {
      const detail = 'The upstream asked us to slow down'
      return waitFor({ reason: 'upstream_rate_limit', delayMs: error.retryAfterMs ?? settings.rateLimitMs, detail })
    }
    case 'auth': {
      const detail = 'The upstream does not accept our token; an operator must replace NEMO_TOKEN'
      return waitFor({ reason: 'upstream_auth', delayMs: settings.retryMs.longest, detail, helpUrl: HELP_URL })
    }
    case 'no_credits': {
      const detail = `The upstream account is out of credits: ${error.message}`
      return waitFor({ reason: 'credits', delayMs: settings.creditsProbeMs, detail, helpUrl: HELP_URL })
    }
    case 'session_lost':
      return backToSession(checkpoint, fail('upstream_unavailable'))
    case 'unsupported_file':
      return fail('input_unsupported')
    case 'file_too_large':
      return fail('input_too_large')
    case 'export_blocked':
      return fail('export_blocked', HELP_URL)
    case 'rejected':
      return fail(REJECTED[at.stage])
    case 'unavailable': {
      const setbacks = checkpoint.setbacks ?? 0
      if (error.words.status !== null && setbacks >= MOST_SERVER_ERRORS) return fail('upstream_unavailable')
      const detail = `The upstream does not answer: ${error.message}`
      return waitFor({ reason: 'upstream_down', delayMs: backOffMs(setbacks, settings), detail })
    }
  }
}

/** Wait before try number `failures` + 1, milliseconds: doubles from the first to the longest. */
export const backOffMs = (failures: number, { retryMs }: Pick<EditSettings, 'retryMs'>): number =>
  Math.min(retryMs.longest, retryMs.first * 2 ** Math.min(failures, 30))

/** Back to the step that opens sessions, which knows whether this job can make anew what the lost one held. */
function backToSession(checkpoint: Checkpoint, otherwise: JobError): Outcome<never> | JobError {
  const lostSessionId = checkpoint.upstreamSession?.sessionId
  if (lostSessionId === undefined || checkpoint.reply !== undefined) return otherwise
  const forget = [
    'upstreamSession',
    'inputsUploaded',
    ...(checkpoint.sentAt === undefined ? ['draftBefore' as const] : []),
  ] as const
  return rewind(forget, { atMost: 2, otherwise, remember: { lostSessionId } })
}
