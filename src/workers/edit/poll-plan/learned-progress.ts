import { weightOf, type SeenRender } from './seen-render.ts'

const NODES = 20
/** Before anything was learned, reported progress is taken as linear within this. */
const FIRST_DOUBT = 0.1
/** Progress comes in percent. */
const LEAST_DOUBT = 0.01
/** How often a report says nothing at all. */
const MEANINGLESS = 0.02
/** So many reports must have been heard before more are counted on. */
const HEARD_ENOUGH = 5

/** What a report of progress is worth, learned from earlier renders: how far they really were when they said so. */
export class LearnedProgress {
  /** What is reported, less the true share of time, at `node / NODES` of a render; and how it scatters. */
  readonly #bias = new Float64Array(NODES + 1)
  readonly #doubt = new Float64Array(NODES + 1)
  #reports = 0
  #looks = 0

  constructor(renders: readonly SeenRender[]) {
    const reports = renders.flatMap(({ aboutMs, looks }, age) =>
      looks.map(([atMs, progress]) => ({ share: Math.min(1, atMs / aboutMs), progress, weight: weightOf(age) })),
    )
    const square = pooledSquare(reports)
    const sums = Array.from({ length: NODES + 1 }, () => ({ weight: 1, bias: 0, square }))
    for (const { share, progress, weight } of reports) {
      this.#looks += weight
      if (progress === null) continue
      this.#reports += weight
      const left = Math.min(NODES - 1, Math.floor(share * NODES))
      const part = share * NODES - left
      add(sums[left], (1 - part) * weight, progress - share)
      add(sums[left + 1], part * weight, progress - share)
    }
    for (const [node, { weight, bias, square }] of sums.entries()) {
      const mean = bias / weight
      this.#bias[node] = mean
      this.#doubt[node] = Math.sqrt(Math.max(0, square / weight - mean ** 2) + LEAST_DOUBT ** 2)
    }
  }

  /** How likely this report is of a render that is through this share of its time. */
  likelihood(progress: number, share: number): number {
    const doubt = at(this.#doubt, share)
    const off = (progress - share - at(this.#bias, share)) / doubt
    return MEANINGLESS + Math.exp(-0.5 * off * off) / (doubt * 2.5066)
  }

  /** How often a look can be expected to hear of progress, 0 to 1. */
  get heard(): number {
    return this.#reports / (this.#looks + HEARD_ENOUGH)
  }

  /** How wide the end still lies open after a report at `atMs` of a render of this duration, milliseconds. */
  openMs(atMs: number, durationMs: number): number {
    const share = Math.min(0.95, atMs / durationMs)
    const step = 1 / NODES
    const slope = 1 + (at(this.#bias, share + step) - at(this.#bias, share)) / step
    if (slope < 0.05) return Infinity
    return (Math.sqrt(12) * at(this.#doubt, share) * durationMs) / (slope * Math.max(share, 0.01))
  }
}

interface Report {
  share: number
  progress: number | null
  weight: number
}

/** Where a time has no reports of its own, it is doubted as much as all others are. */
function pooledSquare(reports: readonly Report[]): number {
  let [weight, square] = [HEARD_ENOUGH, HEARD_ENOUGH * FIRST_DOUBT ** 2]
  for (const { share, progress, weight: counts } of reports) {
    if (progress === null) continue
    weight += counts
    square += counts * (progress - share) ** 2
  }
  return square / weight
}

function add(sum: { weight: number; bias: number; square: number } | undefined, weight: number, bias: number): void {
  if (!sum) return
  sum.weight += weight
  sum.bias += weight * bias
  sum.square += weight * bias ** 2
}

function at(nodes: Float64Array, share: number): number {
  const left = Math.min(NODES - 1, Math.floor(share * NODES))
  const part = Math.min(1, share * NODES - left)
  return (nodes[left] ?? 0) * (1 - part) + (nodes[left + 1] ?? 0) * part
}
