import type { UpstreamWords } from '../errors/job-errors.ts'

/** What a refusal means for the caller; see "Codes" of the upstream's protocol in docs/upstream.md. */
export type UpstreamErrorKind =
  | 'auth' // 1001, 401: the token is bad or expired
  | 'session_lost' // 1002, or "Session not found"
  | 'no_credits' // 2001
  | 'unsupported_file' // 4001
  | 'file_too_large' // 4002
  | 'export_blocked' // 402: the plan does not export
  | 'rate_limited' // 429
  | 'rejected' // any other refusal of this request
  | 'unavailable' // 5xx, a network fault, an answer that makes no sense

/**
 * How far the request came. `not_sent`: the connection was never made. `refused`: the upstream answered that it did not
 * do it. `unknown`: it may have been applied; for a message that is no proof, so it must not be sent again.
 */
export type Delivery = 'not_sent' | 'refused' | 'unknown'

/** The only error that `Upstream` throws on purpose. Switch on `kind`. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly kind: UpstreamErrorKind
  readonly delivery: Delivery
  readonly words: UpstreamWords
  /** From `Retry-After`, milliseconds. */
  readonly retryAfterMs: number | null

  constructor(
    kind: UpstreamErrorKind,
    message: string,
    more: { delivery: Delivery; words: UpstreamWords; retryAfterMs?: number | null; cause?: unknown },
  ) {
    super(message, { cause: more.cause })
    this.kind = kind
    this.delivery = more.delivery
    this.words = more.words
    this.retryAfterMs = more.retryAfterMs ?? null
  }
}
