import { blurred, CELL_GROWTH, normalise, shifted, type DurationGrid } from './duration-grid.ts'
import { weightOf, type SeenRender } from './seen-render.ts'

/** What the expectation counts against renders that were seen: as much as three, and soon little. */
const priorWeight = (renders: number) => 0.2 + 3 * 0.95 ** renders
const ROUNDS = 12
/** A dependence on the timeline's length must explain so much of the durations before it is believed. */
const LEAST_EXPLAINED = 0.2

/** How long renders take: a distribution for timelines of `typicalMs`, and how it grows with their length. */
export interface LearnedDurations {
  readonly mass: Float64Array
  readonly typicalMs: number
  /** 0: durations do not depend on the timeline's length; 1: they are proportional to it. */
  readonly growth: number
}

/** Durations for one length of the timeline. */
export function durationsFor({ mass, typicalMs, growth }: LearnedDurations, timelineMs: number | null): Float64Array {
  const cells = timelineMs ? cellsOf(growth * Math.log(timelineMs / typicalMs)) : 0
  return cells === 0 ? mass : shifted(mass, cells)
}

/**
 * Learns from renders of which only is known between which two looks they ended: each is shared out within its
 * interval as the distribution so far would have it, and that makes the next distribution (Turnbull's estimate).
 */
export function learnDurations(
  grid: DurationGrid,
  prior: Float64Array,
  renders: readonly SeenRender[],
): LearnedDurations {
  const growth = growthOf(renders)
  const intervals = renders.map(({ timelineMs, afterMs, byMs }, age) => {
    const cells = timelineMs ? cellsOf(growth.slope * Math.log(timelineMs / growth.typicalMs)) : 0
    const within = (cell: number) => Math.min(grid.size - 1, Math.max(0, cell - cells))
    const to = within(grid.cellOf(byMs))
    return { from: Math.min(to, within(grid.cellOf(afterMs) + (afterMs > 0 ? 1 : 0))), to, weight: weightOf(age) }
  })
  let mass = prior
  for (let round = 0; round < ROUNDS && intervals.length > 0; round++) mass = shareOut(mass, prior, intervals)
  return { mass: smoothed(mass, prior, intervals.length), typicalMs: growth.typicalMs, growth: growth.slope }
}

interface Interval {
  from: number
  to: number
  weight: number
}

function shareOut(mass: Float64Array, prior: Float64Array, intervals: readonly Interval[]): Float64Array {
  const until = new Float64Array(mass.length + 1)
  for (let i = 0; i < mass.length; i++) until[i + 1] = (until[i] ?? 0) + (mass[i] ?? 0)
  // What each cell gains is its mass times the sum of the scales of all intervals that cover it: kept as differences.
  const scales = new Float64Array(mass.length + 1)
  for (const { from, to, weight } of intervals) {
    const within = (until[to + 1] ?? 0) - (until[from] ?? 0)
    if (within <= 0) continue
    scales[from] = (scales[from] ?? 0) + weight / within
    scales[to + 1] = (scales[to + 1] ?? 0) - weight / within
  }
  const counts = priorWeight(intervals.length)
  let scale = 0
  return normalise(
    prior.map((share, i) => {
      scale += scales[i] ?? 0
      return share * counts + (mass[i] ?? 0) * Math.max(0, scale)
    }),
  )
}

/** Few renders say little about what lies between them, so they are spread; many less so. */
function smoothed(mass: Float64Array, prior: Float64Array, count: number): Float64Array {
  if (count === 0) return prior
  const quantile = (share: number) => {
    let sum = 0
    return mass.findIndex((part) => (sum += part) >= share)
  }
  const spread = (quantile(0.8) - quantile(0.2)) / 1.7
  const radius = Math.round(0.35 * Math.min(spread, 40) * Math.min(count, 50) ** -0.2)
  return normalise(blurred(blurred(mass, radius), radius))
}

/** The slope of log duration over log timeline, where there is one. */
function growthOf(renders: readonly SeenRender[]): { slope: number; typicalMs: number } {
  const points = renders.flatMap(({ timelineMs, aboutMs }, age) =>
    timelineMs ? [{ x: Math.log(timelineMs), y: Math.log(Math.max(1, aboutMs)), weight: weightOf(age) }] : [],
  )
  const total = points.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return { slope: 0, typicalMs: 1 }
  const meanX = points.reduce((sum, { x, weight }) => sum + x * weight, 0) / total
  const meanY = points.reduce((sum, { y, weight }) => sum + y * weight, 0) / total
  let [xx, xy, yy] = [0, 0, 0]
  for (const { x, y, weight } of points) {
    xx += weight * (x - meanX) ** 2
    xy += weight * (x - meanX) * (y - meanY)
    yy += weight * (y - meanY) ** 2
  }
  const explained = xx > 0 && yy > 0 ? xy ** 2 / (xx * yy) : 0
  const believed = explained > LEAST_EXPLAINED + 3 / total
  return { slope: believed ? Math.min(1, Math.max(0, xy / xx)) : 0, typicalMs: Math.exp(meanX) }
}

const cellsOf = (logFactor: number) => Math.round(logFactor / CELL_GROWTH)
