import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/time/clock.ts'

/** A duration in the unit in which people would say it. */
export function duration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`
  if (ms < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 2 : 1)} s`
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ${Math.round((ms % MINUTE_MS) / SECOND_MS)} s`
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ${Math.round((ms % HOUR_MS) / MINUTE_MS)} min`
  return `${Math.round(ms / DAY_MS)} days`
}

/** A size in the unit in which people would say it. */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`
}

/** `2026-01-01 12:00:00.000Z` */
export const moment = (ms: number): string => new Date(ms).toISOString().replace('T', ' ')

/** The same without its day. */
export const timeOfDay = (ms: number): string => moment(ms).slice(11, 23)
