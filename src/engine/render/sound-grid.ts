import type { FrameRange, FrameRate } from '../timeline/frame-rate.ts'
import type { Run } from './plan.ts'

export const SAMPLE_RATE = 48_000
const FINE_SAMPLES = 32

/**
 * Sound is cut in units of `unitSamples`. Where a frame lasts a whole number of samples, a unit is a frame and cuts of
 * sound and picture coincide exactly; else a unit is 32 samples, two thirds of a millisecond.
 */
export interface SoundGrid {
  unitSamples: number
  /** The unit at which a frame begins. */
  unitOf(frame: number): number
}

export function soundGrid(rate: FrameRate): SoundGrid {
  const samplesPerFrame = (SAMPLE_RATE * rate.den) / rate.num
  const unitSamples = Number.isInteger(samplesPerFrame) ? samplesPerFrame : FINE_SAMPLES
  return { unitSamples, unitOf: (frame) => Math.round((frame * samplesPerFrame) / unitSamples) }
}

/**
 * A run's parts in units. Lengths follow from where the parts stand on the timeline, not from the parts themselves, so
 * that roundings never add up however many cuts there are.
 */
export function soundParts(run: Run, grid: SoundGrid): FrameRange[] {
  let at = run.at
  return run.parts.map(({ from, to }) => {
    const length = grid.unitOf(at + to - from) - grid.unitOf(at)
    at += to - from
    return { from: grid.unitOf(from), to: grid.unitOf(from) + length }
  })
}
