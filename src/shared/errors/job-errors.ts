interface JobErrorSpec {
  title: string
  /** `backoff`: tried again by itself, as an attempt. `never`: the job ends. */
  retry: 'never' | 'backoff'
  /** Whether sending the same job again may succeed; shown to callers. */
  retryable: boolean
}

/** Every reason for which a job may end without its video. Mirrored in openapi.yaml and docs/errors.md; tests hold them equal. */
export const JOB_ERRORS = {
  input_unreachable: { title: 'A clip could not be fetched', retry: 'backoff', retryable: true },
  input_unsupported: { title: 'A clip is of a type that can not be edited', retry: 'never', retryable: false },
  input_too_large: { title: 'A clip is too large', retry: 'never', retryable: false },
  upload_failed: { title: 'The upstream did not take a clip', retry: 'backoff', retryable: true },
  edit_rejected: { title: 'The upstream refused the edit', retry: 'never', retryable: false },
  edit_not_applied: { title: 'The timeline stayed as it was', retry: 'never', retryable: false },
  expectation_failed: { title: 'The edit is not what was expected', retry: 'never', retryable: false },
  export_blocked: { title: "The upstream account's plan does not export", retry: 'never', retryable: true },
  render_failed: { title: 'The upstream could not render the timeline', retry: 'never', retryable: true },
  render_timeout: { title: 'The render took too long', retry: 'never', retryable: true },
  download_failed: { title: 'The finished video could not be fetched', retry: 'backoff', retryable: true },
  insufficient_credits: { title: 'The upstream account is out of credits', retry: 'never', retryable: true },
  budget_exceeded: { title: 'The edit would cost more than allowed', retry: 'never', retryable: false },
  deadline_exceeded: { title: 'The job was not done in time', retry: 'never', retryable: true },
  upstream_auth: { title: 'The upstream does not accept our token', retry: 'never', retryable: true },
  upstream_unavailable: { title: 'The upstream did not answer', retry: 'backoff', retryable: true },
  storage_failed: { title: 'Storage could not be read or written', retry: 'backoff', retryable: true },
  internal: { title: 'Something broke on our side', retry: 'backoff', retryable: true },
} as const satisfies Record<string, JobErrorSpec>

export type JobErrorCode = keyof typeof JOB_ERRORS

/** What the upstream itself said, for `error.upstream` of the contract. */
export interface UpstreamWords {
  /** HTTP status, or null where there was no answer. */
  status: number | null
  code: number | string | null
  message: string | null
}

/** A failure of a job, thrown by steps. `message` says what was expected, what came and what to do. */
export class JobError extends Error {
  override readonly name = 'JobError'
  readonly code: JobErrorCode
  readonly upstream: UpstreamWords | undefined
  readonly helpUrl: string | undefined
  /** As its code says, unless this one is known to come again. */
  readonly retry: JobErrorSpec['retry']

  constructor(
    code: JobErrorCode,
    detail: string,
    more: {
      upstream?: UpstreamWords | undefined
      helpUrl?: string | undefined
      retry?: 'never' | undefined
      cause?: unknown
    } = {},
  ) {
    super(detail, { cause: more.cause })
    this.code = code
    this.upstream = more.upstream
    this.helpUrl = more.helpUrl
    this.retry = more.retry ?? JOB_ERRORS[code].retry
  }

  get spec(): JobErrorSpec {
    return JOB_ERRORS[this.code]
  }
}

/** Gives an unexpected throw a code, keeping the original as `cause`. */
export function toJobError(error: unknown): JobError {
  if (error instanceof JobError) return error
  return new JobError('internal', 'Clipyard met an error that it did not expect; its log has the whole story', {
    cause: error,
  })
}
