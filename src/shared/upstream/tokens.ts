import type { Secret } from '../config/secret.ts'
import { UpstreamError } from './upstream-error.ts'

/** Where calls get the account's token from. */
export interface TokenSource {
  /** The token to use now. @throws UpstreamError where none is to be had. */
  current(signal: AbortSignal): Promise<string>
  /** The upstream refused this token as bad or expired. If it can be renewed, the next `current` gives another one. */
  rejected(token: string): Promise<void>
  /** The account's user id, where the upstream told it with the token; for the registration link. */
  userId(): Promise<string | null>
}

/** The operator's own token. It can't be renewed, so a call that it is refused for fails with kind `auth`. */
export function configuredToken(secret: Secret): TokenSource {
  return {
    current: async () => secret.reveal(),
    rejected: async () => undefined,
    userId: async () => null,
  }
}

/**
 * Runs a call with the current token. Where the token is refused it is renewed once and the call repeated once: the
 * refusal is proof that the first call did nothing, for messages too.
 */
export async function withToken<T>(
  tokens: TokenSource,
  signal: AbortSignal,
  run: (token: string) => Promise<T>,
): Promise<T> {
  const token = await currentToken(tokens, signal)
  try {
    return await run(token)
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.kind !== 'auth' || error.delivery !== 'refused') throw error
    await tokens.rejected(token)
    const renewed = await currentToken(tokens, signal)
    if (renewed === token) throw error
    return run(renewed)
  }
}

/** Without a token nothing is sent, however the call for the token itself ended. */
async function currentToken(tokens: TokenSource, signal: AbortSignal): Promise<string> {
  try {
    return await tokens.current(signal)
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    const { kind, message, words, retryAfterMs } = error
    throw new UpstreamError(kind, message, { delivery: 'not_sent', words, retryAfterMs, cause: error })
  }
}
