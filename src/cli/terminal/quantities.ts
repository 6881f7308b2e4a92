import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../shared/time/clock.ts'

/** A duration in the unit in which people would say it. */
export function duration(ms: number): string {
  if (Math.round(ms) < SECOND_MS) return `${Math.round(ms)} ms`
  if (ms < 10 * SECOND_MS) return `${(ms / SECOND_MS).toFixed(2)} s`
  const seconds = Math.round(ms / SECOND_MS)
  if (seconds < 60) return `${(ms / SECOND_MS).toFixed(1)} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(ms / MINUTE_MS)
  return ms < 2 * DAY_MS ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.round(ms / DAY_MS)} days`
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
