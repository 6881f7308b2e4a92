/** @import { JobView } from '../src/shared/jobs/job-view.ts' */
import { isFinal } from './words.js'

const STEADY_MS = 1_200
const HIDDEN_MS = 15_000
const LONGEST_MS = 20_000

/** How many jobs one round looks at, each with a call of its own. */
export const LOOKS = 6

/**
 * Which jobs to look at in a round: running ones first, then those not looked at for longest. None that has ended.
 * @template {Pick<JobView, 'id' | 'status'>} Job
 * @param {Job[]} jobs
 * @param {ReadonlyMap<string, number>} lookedAt
 */
export function looksOfRound(jobs, lookedAt) {
  const rank = (/** @type {Job} */ { status }) => (status === 'running' ? 0 : 1)
  const last = (/** @type {Job} */ { id }) => lookedAt.get(id) ?? 0
  return jobs
    .filter(({ status }) => !isFinal(status))
    .sort((one, other) => rank(one) - rank(other) || last(one) - last(other))
    .slice(0, LOOKS)
}

/**
 * How long to wait for the next round: longer each time that the server could not answer, and while nobody looks.
 * @param {{ setbacks: number, hidden: boolean, retryAfterMs?: number | null }} now
 */
export function pauseMs({ setbacks, hidden, retryAfterMs }) {
  const back = setbacks === 0 ? STEADY_MS : Math.min(LONGEST_MS, STEADY_MS * 2 ** setbacks)
  return Math.max(back, retryAfterMs ?? 0, hidden ? HIDDEN_MS : 0)
}
