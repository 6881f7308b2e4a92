import { setTimeout } from 'node:timers/promises'

/** Where "now" and "later" come from, so that a test can own them. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, options?: { signal?: AbortSignal | undefined }): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, options) => setTimeout(ms, undefined, { signal: options?.signal }).catch(throwReason(options?.signal)),
}

export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

const throwReason = (signal: AbortSignal | undefined) => (error: unknown) => {
  throw signal?.aborted ? signal.reason : error
}
