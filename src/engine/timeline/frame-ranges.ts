import type { FrameRange } from './frame-rate.ts'

/** Sorted, merged, clipped to `[0, total)`, without empty ones. */
export function tidyRanges(ranges: readonly FrameRange[], total: number): FrameRange[] {
  const clipped = ranges
    .map(({ from, to }) => ({ from: Math.max(0, from), to: Math.min(total, to) }))
    .filter(({ from, to }) => to > from)
    .toSorted((a, b) => a.from - b.from)
  const merged: FrameRange[] = []
  for (const range of clipped) {
    const last = merged.at(-1)
    if (last && range.from <= last.to) last.to = Math.max(last.to, range.to)
    else merged.push({ ...range })
  }
  return merged
}

/** What of `[0, total)` the ranges leave over. */
export function complement(ranges: readonly FrameRange[], total: number): FrameRange[] {
  const left: FrameRange[] = []
  let at = 0
  for (const range of tidyRanges(ranges, total)) {
    if (range.from > at) left.push({ from: at, to: range.from })
    at = range.to
  }
  if (at < total) left.push({ from: at, to: total })
  return left
}

export const lengthOf = (ranges: readonly FrameRange[]) => ranges.reduce((sum, { from, to }) => sum + to - from, 0)

export const overlap = (a: FrameRange, b: FrameRange): FrameRange => ({
  from: Math.max(a.from, b.from),
  to: Math.min(a.to, b.to),
})

/** Where a frame lies once only `kept` (tidy) is left; a frame that is cut goes to the cut's place. */
export const moveFrame = (frame: number, kept: readonly FrameRange[]) =>
  kept.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(frame, to) - from), 0)
