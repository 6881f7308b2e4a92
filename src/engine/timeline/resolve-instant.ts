import type { Instant } from '../understand/operations.ts'
import { toFrame, toMs, type FrameRange, type FrameRate } from './frame-rate.ts'

/** The frame that an instant names on a timeline of `total` frames; it may lie outside. */
export const resolveInstant = ({ anchor, ms }: Instant, total: number, rate: FrameRate) =>
  anchor === 'start' ? toFrame(ms, rate) : total - toFrame(ms, rate)

/** The range between two instants, cut off at the timeline's end; or, where it makes no sense, why. */
export function toRange(
  { from, to }: { from: Instant; to: Instant },
  total: number,
  rate: FrameRate,
): FrameRange | string {
  const range = { from: resolveInstant(from, total, rate), to: resolveInstant(to, total, rate) }
  const told = (frame: number) => `${(toMs(frame, rate) / 1000).toFixed(1)}s`
  if (range.from >= total) return `The video is ${told(total)} long: there is nothing at ${told(range.from)}.`
  if (range.to <= range.from) return `From ${told(range.from)} to ${told(range.to)} is no stretch of time.`
  return { from: Math.max(0, range.from), to: Math.min(total, range.to) }
}
