import type { WaitReason } from '../../shared/jobs/states.ts'
import { UpstreamError, type Delivery } from '../../shared/upstream/upstream-error.ts'

/** Why no call may be made to an upstream account just now. */
export type ClosedReason = Extract<WaitReason, 'upstream_down' | 'upstream_rate_limit' | 'upstream_auth' | 'credits'>

const KINDS = {
  upstream_down: 'unavailable',
  upstream_rate_limit: 'rate_limited',
  upstream_auth: 'auth',
  credits: 'no_credits',
} as const

export interface Closed {
  reason: ClosedReason
  detail: string
  helpUrl: string | null
  /** Until the account is tried again, milliseconds. */
  retryMs: number
}

/**
 * The account's gate is closed: the job waits, at no cost of its own. `delivery` is `not_sent` where the call was not
 * made; where it was made, and its failure met or closed the gate, it is what became of that call.
 */
export class GateClosed extends UpstreamError {
  readonly closed: Closed

  constructor(closed: Closed, more: { delivery: Delivery; cause?: UpstreamError | undefined }) {
    const words = more.cause?.words ?? { status: null, code: null, message: null }
    super(more.cause?.kind ?? KINDS[closed.reason], closed.detail, { ...more, words, retryAfterMs: closed.retryMs })
    this.closed = closed
  }
}
