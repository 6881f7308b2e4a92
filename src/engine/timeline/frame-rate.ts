/** Frames a second as a fraction: 30000/1001 must not become 29.97. */
export interface FrameRate {
  num: number
  den: number
}

/** Half-open, in frames. */
export interface FrameRange {
  from: number
  to: number
}

/**
 * Milliseconds of a frame's start. A frame lasts at least 8 ms (120 a second), so the rounded value still names one
 * frame, and `toFrame` gives it back.
 */
export const toMs = (frame: number, rate: FrameRate) => Math.round((frame * 1000 * rate.den) / rate.num)

/** The frame whose start is nearest. */
export const toFrame = (ms: number, rate: FrameRate) => Math.round((ms * rate.num) / (1000 * rate.den))

export const framesPerSecond = (rate: FrameRate) => rate.num / rate.den

/** As ffmpeg writes it. */
export const rateText = (rate: FrameRate) => `${rate.num}/${rate.den}`

const USUAL: FrameRate[] = [
  ...[5, 6, 8, 10, 12, 15, 16, 18, 20, 24, 25, 30, 48, 50, 60, 72, 90, 100, 120].map((num) => ({ num, den: 1 })),
  ...[24_000, 30_000, 48_000, 60_000, 120_000].map((num) => ({ num, den: 1001 })),
]

/** The usual rate nearest to an average, for clips whose frames come unevenly. */
export function usualRate(average: number): FrameRate {
  const distance = (rate: FrameRate) => Math.abs(framesPerSecond(rate) - average)
  return USUAL.reduce((best, rate) => (distance(rate) < distance(best) ? rate : best))
}
