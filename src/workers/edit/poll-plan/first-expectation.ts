import { normalise, type DurationGrid } from './duration-grid.ts'

/** How much is believed of the expectation; the rest goes to all durations alike, from the shortest to the longest. */
const BELIEVED = 0.97

/**
 * What is expected before anything was learned: an end between one and three budgets, evenly. With the hosted API's
 * 30 s that is its 30 to 90 s; with a budget of half a second no render is left alone for half a minute.
 */
export function firstExpectation(grid: DurationGrid, pollMs: number): Float64Array {
  const mass = new Float64Array(grid.size)
  for (let cell = 0; cell < grid.size; cell++) {
    const [from, to] = [grid.edges[cell] ?? 0, grid.edges[cell + 1] ?? 0]
    const within = Math.max(0, Math.min(to, 3 * pollMs) - Math.max(from, pollMs))
    mass[cell] = (BELIEVED * within) / (2 * pollMs) + (1 - BELIEVED) / grid.size
  }
  return normalise(mass)
}
