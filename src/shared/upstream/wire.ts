import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { Expired } from './deadline.ts'
import { UpstreamError } from './upstream-error.ts'

/** A request as it goes over the wire. Timeouts of 0 leave the limits to the caller's signal. */
export interface WireRequest {
  /** Names the call in errors: "credits". */
  call: string
  method: 'GET' | 'POST'
  url: URL
  headers: Record<string, string>
  body?: string | Readable
  headersTimeoutMs: number
  bodyTimeoutMs: number
}

export type WireAnswer = Dispatcher.ResponseData

/**
 * Sends a request and resolves with the answer's head. Rejects with the signal's reason as soon as it aborts.
 * `bodySignal` is for the answer's body, where that may take longer than its head.
 * @throws UpstreamError of kind `unavailable`; its delivery is `not_sent` only where no byte was written.
 */
export async function sendRequest(
  dispatcher: Dispatcher,
  request: WireRequest,
  signal: AbortSignal,
  bodySignal: AbortSignal = signal,
): Promise<WireAnswer> {
  const wire = { sent: false }
  const watched = dispatcher.compose((dispatch) => (options, handler) => dispatch(options, tellStart(handler, wire)))
  const { url, method, headers, body = null } = request
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  aborted.catch(() => undefined)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    signal.throwIfAborted()
    const path = `${url.pathname}${url.search}`
    const { headersTimeoutMs: headersTimeout, bodyTimeoutMs: bodyTimeout } = request
    const options = { origin: url.origin, path, method, headers, body, headersTimeout, bodyTimeout, signal: bodySignal }
    // While a connection is being made, undici does not look at the signal.
    return await Promise.race([watched.request(options), aborted])
  } catch (error) {
    throw toNetworkError(request.call, error, signal, wire.sent)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** What a broken transfer means; the signal's own reason where it was the caller who stopped. */
export function toNetworkError(call: string, error: unknown, signal: AbortSignal, sent: boolean): unknown {
  if (error instanceof UpstreamError) return error
  if (signal.aborted && !(signal.reason instanceof Expired)) return signal.reason
  const cause = signal.aborted ? signal.reason : error
  const what = cause instanceof Expired ? cause.message : sent ? 'the connection broke' : 'no connection was made'
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null
  return new UpstreamError(
    'unavailable',
    `Expected an answer of the upstream: ${call}; ${what}${code ? ` (${code})` : ''}`,
    {
      delivery: sent ? 'unknown' : 'not_sent',
      words: { status: null, code, message: what },
      cause,
    },
  )
}

/** Drops an answer's body with its connection. */
export function discard({ body }: WireAnswer): void {
  if (!body.destroyed) body.on('error', () => undefined).destroy()
}

/** undici calls `onRequestStart` on a connected socket, right before the first byte: until then nothing was sent. */
function tellStart(handler: Dispatcher.DispatchHandler, wire: { sent: boolean }): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller, context) {
      wire.sent = true
      handler.onRequestStart?.(controller, context)
    },
    onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
    onResponseError: (...args) => handler.onResponseError?.(...args),
  }
}
