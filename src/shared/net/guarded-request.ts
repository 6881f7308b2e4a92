import type { Dispatcher } from 'undici'
import type { AddressGuard } from './address-guard.ts'
import { toNetworkFault } from './network-fault.ts'

/** One request to an address that a user gave. */
export interface GuardedRequest {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
  signal: AbortSignal
  /** The longest silence before the answer's head, and within its body. 0: the signal alone decides. */
  silenceMs: number
}

/**
 * Sends it and resolves with the answer's head; follows no redirect. Rejects with the signal's reason when that aborts.
 * @throws AddressBlocked, Unreachable
 */
export async function guardedRequest(
  guard: AddressGuard,
  url: URL,
  { method, headers, body, signal, silenceMs }: GuardedRequest,
): Promise<Dispatcher.ResponseData> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const answer = guard.dispatcher.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method,
    headers,
    body: body ?? null,
    signal,
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
  })
  try {
    // undici does not look at the signal while a connection is being made; the request then dies once there is one.
    return await Promise.race([answer, aborted])
  } catch (error) {
    answer.then((late) => late.body.on('error', () => undefined).destroy()).catch(() => undefined)
    throw signal.aborted ? signal.reason : toNetworkFault(error, url.host)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
