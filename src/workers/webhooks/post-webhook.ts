import { Webhook } from 'standardwebhooks'
import type { Dispatcher } from 'undici'
import type { Secret } from '../../shared/config/secret.ts'
import type { AddressGuard } from '../../shared/net/address-guard.ts'
import { InvalidAddress } from '../../shared/net/address-errors.ts'
import { guardedRequest } from '../../shared/net/guarded-request.ts'
import type { Clock } from '../../shared/time/clock.ts'
import { retryAfterMs } from '../../shared/webhooks/retry-plan.ts'
import type { DeliveryTry } from '../../shared/webhooks/delivery.ts'
import { readStart } from './read-start.ts'

/** A signed message as it goes out. `id` is the same at every try. */
export interface WebhookMessage {
  url: string
  id: string
  body: string
  secret: Secret
}

/** `over`: no later try can succeed. */
export interface PostResult {
  tried: DeliveryTry
  outcome: 'succeeded' | 'again' | 'over'
  /** What the receiver asked for. */
  retryAfterMs: number | null
}

interface PostDeps {
  guard: AddressGuard
  clock: Clock
  /** `clipyard/<version>` */
  userAgent: string
  /** For the whole try. */
  timeoutMs: number
}

/**
 * Tries to deliver once. Whatever the receiver does is a result, in words where it is no success; only the signal's
 * abort is thrown, as its reason.
 */
export async function postWebhook(deps: PostDeps, message: WebhookMessage, signal: AbortSignal): Promise<PostResult> {
  const { clock, guard, timeoutMs } = deps
  const startedAt = clock.now()
  const timeout = AbortSignal.timeout(timeoutMs)
  const tried = (status: number | null, error: string | null): DeliveryTry => ({
    at: new Date(startedAt).toISOString(),
    ms: Math.max(0, Math.round(clock.now() - startedAt)),
    status,
    error,
  })
  try {
    const url = guard.checkUrl(message.url)
    const headers = headersOf(deps, message, new Date(startedAt))
    const limited = AbortSignal.any([signal, timeout])
    const request = { method: 'POST', headers, body: message.body, signal: limited, silenceMs: 0 } as const
    const answer = await guardedRequest(guard, url, request)
    return await judge(answer, tried, clock)
  } catch (error) {
    signal.throwIfAborted()
    const words = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : messageOf(error)
    return {
      tried: tried(null, words),
      outcome: error instanceof InvalidAddress ? 'over' : 'again',
      retryAfterMs: null,
    }
  }
}

function headersOf({ userAgent }: PostDeps, { id, body, secret }: WebhookMessage, at: Date): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': userAgent,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret.reveal()).sign(id, at, body),
  }
}

async function judge(
  { statusCode: status, headers, body }: Dispatcher.ResponseData,
  tried: (status: number, error: string | null) => DeliveryTry,
  clock: Clock,
): Promise<PostResult> {
  const success = status >= 200 && status < 300
  if (success) {
    const succeeded: PostResult = { tried: tried(status, null), outcome: 'succeeded', retryAfterMs: null }
    await readStart(body)
    return succeeded
  }
  const start = await readStart(body)
  const words = `HTTP ${status}${meaningOf(status)}${start ? `: ${start}` : ''}`
  const header = headers['retry-after']
  const asked = retryAfterMs(Array.isArray(header) ? header[0] : header, clock.now())
  return { tried: tried(status, words), outcome: status === 410 ? 'over' : 'again', retryAfterMs: asked }
}

function meaningOf(status: number): string {
  if (status === 410) return ' (gone: nothing more is sent)'
  return status >= 300 && status < 400 ? ' (redirects are not followed)' : ''
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
