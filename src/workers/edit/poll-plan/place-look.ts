import type { DurationGrid } from './duration-grid.ts'

/** Times that are weighed against each other; more make no difference that could be seen. */
const CANDIDATES = 48

/** What is believed of a render that is not finished yet. */
export interface Belief {
  grid: DurationGrid
  /** Where its end may lie; nothing of it before now. */
  mass: Float64Array
  nowMs: number
}

/** What a look may teach beyond "not yet": how often it does, and how wide the end is open then, milliseconds. */
export interface Insight {
  heard: number
  openMs(atMs: number, durationMs: number): number
}

/**
 * The time of the next look that costs least: lateness in milliseconds, and `priceMs` for each look, summed over all
 * that may come. Solved backwards: from each time the best next one is known once all later ones are.
 */
export function placeLook(belief: Belief, priceMs: number, insight: Insight): number {
  const points = candidates(belief)
  const last = points.length - 1
  const costs = new Float64Array(points.length)
  let best = last
  for (let i = last - 1; i >= 0; i--) {
    const here = points[i] as Point
    let least = Infinity
    for (let j = i + 1; j <= last; j++) {
      const there = points[j] as Point
      const late = there.atMs * (there.mass - here.mass) - (there.moment - here.moment)
      const cost = late + (costs[j] ?? 0)
      if (cost < least) [least, best] = [cost, j]
    }
    const left = 1 - here.mass
    costs[i] = least + priceMs * left
    if (i > 0) costs[i] = withInsight(costs[i] ?? 0, here, priceMs, insight)
  }
  return points[best]?.atMs ?? belief.nowMs
}

/** A time, what has ended by then (its share of all, and their durations times their shares). */
interface Point {
  atMs: number
  mass: number
  moment: number
  meanLeftMs: number
}

function candidates({ grid, mass, nowMs }: Belief): Point[] {
  let [sum, moment, all, allMoments] = [0, 0, 0, 0]
  for (let i = 0; i < mass.length; i++) {
    all += mass[i] ?? 0
    allMoments += (mass[i] ?? 0) * grid.middle(i)
  }
  const points: Point[] = [{ atMs: nowMs, mass: 0, moment: 0, meanLeftMs: allMoments / all }]
  const point = (edge: number): Point => {
    const left = all - sum
    const meanLeftMs = left > 0 ? (allMoments - moment) / left : 0
    return { atMs: grid.edges[edge] ?? 0, mass: sum / all, moment: moment / all, meanLeftMs }
  }
  let next = 1
  for (let i = 0; i < mass.length; i++) {
    sum += mass[i] ?? 0
    moment += (mass[i] ?? 0) * grid.middle(i)
    if ((sum / all) * CANDIDATES < next || (grid.edges[i + 1] ?? 0) <= nowMs) continue
    points.push(point(i + 1))
    next = Math.floor((sum / all) * CANDIDATES) + 1
  }
  const end = point(mass.length)
  if (points.length === 1 || (points.at(-1)?.atMs ?? 0) < end.atMs) points.push(end)
  return points
}

/** What an unfinished look leaves to pay, if it may hear of progress: then the end lies within a width that is known. */
function withInsight(cost: number, { mass, meanLeftMs, atMs }: Point, priceMs: number, insight: Insight): number {
  if (insight.heard === 0) return cost
  const openMs = insight.openMs(atMs, meanLeftMs)
  // Looks at equal distances over a width: so many that one more would cost what it brings.
  const told = openMs <= priceMs ? priceMs + openMs / 2 : priceMs / 2 + Math.sqrt(openMs * priceMs)
  return (1 - insight.heard) * cost + insight.heard * Math.min(cost, (1 - mass) * told)
}
