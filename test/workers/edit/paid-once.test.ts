import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/shared/time/clock.ts'
import { seededRandom } from '../../support/faults/seeded-random.ts'
import { CAP_MS, runSchedule, SLOW_RECOVERY, USUAL_RECOVERY, type Schedule } from './late-edits.ts'

const SCHEDULES = 60

/** Half of all edits show within the cap, some only after it, some never. */
function scheduleOf(seed: number): Schedule {
  const random = seededRandom(seed)
  const appliedMs = random() < 0.2 ? null : Math.round(random() ** 1.5 * 20 * MINUTE_MS)
  return {
    appliedMs: seed % 10 === 0 ? 0 : appliedMs,
    secondPartMs: random() < 0.3 ? Math.round(random() * 3 * MINUTE_MS) : null,
    held: random() < 0.3,
    restarts: new Set(Array.from({ length: Math.floor(random() * 4) }, () => Math.floor(random() * 20))),
    second: random() < 0.5 ? 'answered' : 'dropped',
    recoveryMs: random() < 0.3 ? SLOW_RECOVERY : USUAL_RECOVERY,
  }
}

const cases = Array.from({ length: SCHEDULES }, (_, index) => ({ seed: index + 1, ...scheduleOf(index + 1) }))

type Run = Awaited<ReturnType<typeof runSchedule>>

/** Each rule of paying once that a run broke. */
function brokenRules({ appliedMs }: Schedule, { arrivals, status, edits, job }: Run): string[] {
  const [first, second, third] = arrivals
  const inTime = appliedMs !== null && appliedMs <= CAP_MS
  const rules: [string, boolean][] = [
    ['is sent once', first !== undefined],
    ['is never sent a third time', third === undefined],
    ['is not sent again where it was applied within the cap', !(inTime && second)],
    ['succeeds where it was applied within the cap', !inTime || status === 'succeeded'],
    ['is sent again where it never was applied', appliedMs !== null || second !== undefined],
    ['is not sent again once it shows', !second?.applied],
    // Five that prove it, and one right before the sending.
    ['is sent again after five reads only', !second || second.reads >= 6],
    ['is sent again after the cap only', !first || !second || second.atMs - first.atMs > CAP_MS],
    ['succeeds with an edit', status !== 'succeeded' || edits > 0],
    ['fails only unproven, and says so', status === 'succeeded' || (edits === 0 && saysSo(job))],
  ]
  return rules.filter(([, kept]) => !kept).map(([rule]) => rule)
}

const saysSo = (job: Run['job']) =>
  job?.error?.code === 'edit_not_applied' && job.error.detail.includes('A charge is possible')

describe('a message whose stream broke', () => {
  it.each(cases)('is paid once by proof alone (seed $seed, applied after $appliedMs ms)', async (schedule) => {
    expect(brokenRules(schedule, await runSchedule(schedule))).toEqual([])
  })
})
