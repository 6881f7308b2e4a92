import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time/clock.ts'

/** How long each try waits after the one before. */
const WAITS_MS = [
  0,
  5 * SECOND_MS,
  30 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
]
const JITTER = 0.2
const LONGEST_RETRY_AFTER_MS = DAY_MS

/** From the first try of a delivery to its last, at the longest. */
export const PLAN_MS = WAITS_MS.length * LONGEST_RETRY_AFTER_MS * (1 + JITTER)

/** How long to wait after so many failed tries: `random` (0 to 1) spreads it by ±20 %. Null: that was the last one. */
export function retryWaitMs(tries: number, random: number): number | null {
  const wait = WAITS_MS[tries]
  return wait === undefined ? null : Math.round(wait * (1 - JITTER + 2 * JITTER * random))
}

/** What `Retry-After` asks for, seconds or a date, at most a day; null where it asks for nothing that makes sense. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? ''
  const ms = /^\d+$/.test(text) ? Number(text) * SECOND_MS : Date.parse(text) - now
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), LONGEST_RETRY_AFTER_MS)
}
