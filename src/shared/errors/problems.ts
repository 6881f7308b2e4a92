interface ProblemSpec {
  status: number
  title: string
  retryable: boolean
}

/** Every code that an answer of the API may carry. Mirrored in openapi.yaml and docs/errors.md; tests hold them equal. */
export const PROBLEMS = {
  malformed_json: { status: 400, title: 'The body is not well-formed', retryable: false },
  unauthenticated: { status: 401, title: 'A valid API key is needed', retryable: false },
  missing_scope: { status: 403, title: 'The API key lacks a scope', retryable: false },
  not_found: { status: 404, title: 'No such thing here', retryable: false },
  method_not_allowed: { status: 405, title: 'This address does not take that method', retryable: false },
  state_conflict: { status: 409, title: 'The state does not allow that', retryable: false },
  idempotency_in_progress: {
    status: 409,
    title: 'The first request with this Idempotency-Key still runs',
    retryable: true,
  },
  output_not_ready: { status: 409, title: 'The output is not there yet', retryable: true },
  output_expired: { status: 410, title: 'The output has expired', retryable: false },
  payload_too_large: { status: 413, title: 'The body is too large', retryable: false },
  unsupported_media_type: { status: 415, title: 'This type of content is not taken', retryable: false },
  validation_failed: { status: 422, title: 'The request does not match its schema', retryable: false },
  invalid_cursor: { status: 422, title: 'The cursor is not one of ours', retryable: false },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key came with another payload', retryable: false },
  address_blocked: { status: 422, title: 'This address may not be called', retryable: false },
  rate_limited: { status: 429, title: 'Too many requests', retryable: true },
  queue_full: { status: 429, title: 'Too many jobs are queued', retryable: true },
  internal: { status: 500, title: 'Something broke on our side', retryable: true },
  unavailable: { status: 503, title: 'A part of the service is away for a moment', retryable: true },
} as const satisfies Record<string, ProblemSpec>

export type ProblemCode = keyof typeof PROBLEMS

/** One fault in a request. `pointer` is a JSON Pointer as a fragment (`#/jobs/17/instruction`), RFC 9457 style. */
export interface FieldError {
  pointer: string
  code: string
  detail: string
}

/** A request that can't be served, in the words of RFC 9457. Switch on `code`, never on `message`. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly errors: readonly FieldError[]
  /** Seconds, sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: ProblemCode,
    detail: string,
    more: { errors?: readonly FieldError[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause })
    this.code = code
    this.errors = more.errors ?? []
    this.retryAfterSeconds = more.retryAfterSeconds
  }

  get spec(): ProblemSpec {
    return PROBLEMS[this.code]
  }
}
