import { SECOND_MS } from '../time/clock.ts'
import { UpstreamError, type Delivery, type UpstreamErrorKind } from './upstream-error.ts'

const BY_CODE: Readonly<Record<string, UpstreamErrorKind>> = {
  1001: 'auth',
  1002: 'session_lost',
  2001: 'no_credits',
  4001: 'unsupported_file',
  4002: 'file_too_large',
  401: 'auth',
  402: 'export_blocked',
  408: 'unavailable',
  413: 'file_too_large',
  415: 'unsupported_file',
  429: 'rate_limited',
}

/** Codes beyond HTTP's 4xx that prove that nothing was done. */
const PROVES_REFUSAL = new Set(['1001', '1002', '2001', '4001', '4002'])

const SESSION_LOST = /\bsession\b.{0,80}\b(not found|not exist|doesn't exist|expired)/is

/** What an answer told of its failure. `code` is the body's; `status` is HTTP's. */
export interface Refusal {
  status: number
  code: string | null
  message: string | null
  retryAfterMs: number | null
}

/** Turns a refusal into the error that says what to do. `call` names the call: "credits", "upload of clip.mp4". */
export function toUpstreamError(call: string, refusal: Refusal): UpstreamError {
  const { status, code, message, retryAfterMs } = refusal
  const heading = `The upstream refused: ${call} (HTTP ${status}${code === null ? '' : `, code ${code}`})`
  return new UpstreamError(kindOf(refusal), message ? `${heading}: ${message}` : heading, {
    delivery: deliveryOf(refusal),
    words: { status, code: code !== null && /^\d{1,15}$/.test(code) ? Number(code) : code, message },
    retryAfterMs,
  })
}

/** An answer that makes no sense: what it left behind is unknown. */
export function senseless(call: string, status: number | null, what: string, cause?: unknown): UpstreamError {
  return new UpstreamError('unavailable', `Expected a usable answer of the upstream: ${call}; ${what}`, {
    delivery: 'unknown',
    words: { status, code: null, message: what },
    cause,
  })
}

/** Milliseconds from `Retry-After`, which is seconds or a date; null where there is none that can be read. */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim()
  if (!text) return null
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * SECOND_MS)
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

function kindOf({ status, code, message }: Refusal): UpstreamErrorKind {
  const byCode = code !== null && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined
  if (byCode) return byCode
  if (message !== null && SESSION_LOST.test(message)) return 'session_lost'
  if (code !== null && /^5\d\d$/.test(code)) return 'unavailable'
  if (BY_CODE[status]) return BY_CODE[status]
  return status >= 500 ? 'unavailable' : 'rejected'
}

function deliveryOf({ status, code, message }: Refusal): Delivery {
  if (code !== null && PROVES_REFUSAL.has(code)) return 'refused'
  if (code === '429') return 'refused'
  if (status >= 500 || (code !== null && /^5\d\d$/.test(code))) return 'unknown'
  if (status >= 400) return 'refused'
  if (code !== null && /^4\d\d$/.test(code)) return 'refused'
  return message !== null && SESSION_LOST.test(message) ? 'refused' : 'unknown'
}
