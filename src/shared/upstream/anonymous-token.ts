import { Agent, type Dispatcher } from 'undici'
import type { Logger } from '../observe/logger.ts'
import { DAY_MS, MINUTE_MS, type Clock } from '../time/clock.ts'
import { apiUrl } from './api-calls.ts'
import { withDeadline } from './deadline.ts'
import { openEnvelope } from './envelope.ts'
import { idMember } from './json-text.ts'
import { readAnswer } from './read-answer.ts'
import { senseless } from './refusal.ts'
import type { CachedToken, TokenCache } from './token-cache.ts'
import type { TokenSource } from './tokens.ts'
import { UpstreamError } from './upstream-error.ts'
import { sendRequest } from './wire.ts'

const CALL = 'anonymous token'
const VALID_MS = 7 * DAY_MS

/** What an anonymous account's token is had with. */
export interface AnonymousTokenDeps {
  baseUrl: string
  /** This installation's id, never changed: the upstream gives one token per id and 7 days. */
  clientId: string
  cache: TokenCache
  clock: Clock
  log: Logger
  /** The wait after a 429 that names none. */
  rateLimitMs: number
}

/**
 * The token of an anonymous account: had when there is none, or when it was refused, by one process for all. A refused
 * one is kept until another is had: where none is given, since the upstream counts it as good, it is used again.
 * A 429 without a token to go back to is thrown as `rate_limited` with the time to wait; waiting is the caller's.
 */
export function anonymousToken(deps: AnonymousTokenDeps): TokenSource & { close(): Promise<void> } {
  const dispatcher = new Agent({ allowH2: false })
  const { cache, clock, log } = deps
  const unexpired = async () => {
    const cached = await cache.read()
    return cached && (cached.expiresAt === null || cached.expiresAt > clock.now()) ? cached : null
  }
  const usable = async () => {
    const cached = await unexpired()
    return cached?.refused ? null : cached
  }
  const renew = async (signal: AbortSignal) => {
    const cached = await unexpired()
    if (cached && !cached.refused) return cached // another one was faster
    const token = await requestToken(deps, dispatcher, signal).catch((error: unknown) => {
      if (!cached || !(error instanceof UpstreamError) || error.kind !== 'rate_limited') throw error
      return { ...cached, refused: false }
    })
    await cache.write(token)
    if (token.token !== cached?.token) log.info({ expiresAt: token.expiresAt }, 'an anonymous token was given')
    return token
  }
  return {
    current: async (signal) => ((await usable()) ?? (await cache.withRenewal(() => renew(signal), signal))).token,
    rejected: (token) => cache.refuse(token),
    userId: async () => (await cache.read())?.userId ?? null,
    close: () => dispatcher.destroy(),
  }
}

async function requestToken(
  deps: AnonymousTokenDeps,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<CachedToken> {
  const { clock, rateLimitMs } = deps
  const url = apiUrl(deps, '/api/auth/anonymous-token')
  const headers = { 'x-client-id': deps.clientId, accept: 'application/json' }
  const wire = { call: CALL, method: 'POST', url, headers, headersTimeoutMs: 0, bodyTimeoutMs: 0 } as const
  const limit = { ms: MINUTE_MS, message: `no whole answer within ${MINUTE_MS} ms` }
  const answer = await withDeadline(clock, limit, signal, async (limited) => {
    const response = await sendRequest(dispatcher, wire, limited)
    return openEnvelope(CALL, await readAnswer(CALL, response, { signal: limited, now: clock.now() }))
  })
  if (answer.failure) throw refusedToken(answer.failure, rateLimitMs)
  const token = idMember(answer.text, [...answer.path, 'token'])
  if (token === null) throw senseless(CALL, answer.status, 'it has no token')
  const expiresAt = Date.parse(idMember(answer.text, [...answer.path, 'expires_at']) ?? '')
  return {
    token,
    userId: idMember(answer.text, [...answer.path, 'user_id']),
    expiresAt: Number.isNaN(expiresAt) ? clock.now() + VALID_MS : expiresAt,
  }
}

/** A refusal for good, such as of a client id that is too long, is no fault of the job that asked first. */
function refusedToken(error: UpstreamError, waitMs: number): UpstreamError {
  const { kind, message, delivery, words, retryAfterMs } = error
  if (kind === 'rejected') return new UpstreamError('auth', message, { delivery, words, cause: error })
  if (kind !== 'rate_limited') return error
  return new UpstreamError(kind, message, { delivery, words, retryAfterMs: retryAfterMs ?? waitMs, cause: error })
}
