/** Cells grow by 1 %: finer than any lateness that a caller could notice. */
export const CELL_GROWTH = 0.01

/** Durations cut into cells; cell `i` lies between `edges[i]` and `edges[i + 1]`, milliseconds. */
export class DurationGrid {
  readonly edges: Float64Array
  readonly size: number

  constructor(shortestMs: number, longestMs: number) {
    this.size = Math.ceil(Math.log(longestMs / shortestMs) / CELL_GROWTH)
    this.edges = Float64Array.from({ length: this.size + 1 }, (_, i) => shortestMs * Math.exp(i * CELL_GROWTH))
    this.edges[0] = 0
  }

  /** The cell in which a duration lies; the first or the last one where it lies outside. */
  cellOf(ms: number): number {
    const shortestMs = this.edges[1] ?? 1
    if (ms <= shortestMs) return 0
    return Math.min(this.size - 1, Math.ceil(Math.log(ms / shortestMs) / CELL_GROWTH - 1e-9))
  }

  /** The middle of a cell, milliseconds. */
  middle(cell: number): number {
    return ((this.edges[cell] ?? 0) + (this.edges[cell + 1] ?? 0)) / 2
  }
}

/** Scales a distribution to the sum 1, in place. */
export function normalise(mass: Float64Array): Float64Array {
  let sum = 0
  for (const share of mass) sum += share
  if (sum > 0) for (let i = 0; i < mass.length; i++) mass[i] = (mass[i] ?? 0) / sum
  return mass
}

/** A distribution moved by that many cells; what would leave the grid gathers in its end cells. */
export function shifted(mass: Float64Array, cells: number): Float64Array {
  const { length } = mass
  const moved = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    const to = Math.min(length - 1, Math.max(0, i + cells))
    moved[to] = (moved[to] ?? 0) + (mass[i] ?? 0)
  }
  return moved
}

/** A distribution whose every cell is spread over `radius` cells to both sides. */
export function blurred(mass: Float64Array, radius: number): Float64Array {
  if (radius < 1) return mass
  const { length } = mass
  const sums = new Float64Array(length + 1)
  for (let i = 0; i < length; i++) sums[i + 1] = (sums[i] ?? 0) + (mass[i] ?? 0)
  return mass.map((_, i) => {
    const [from, to] = [Math.max(0, i - radius), Math.min(length, i + radius + 1)]
    return ((sums[to] ?? 0) - (sums[from] ?? 0)) / (2 * radius + 1)
  })
}
