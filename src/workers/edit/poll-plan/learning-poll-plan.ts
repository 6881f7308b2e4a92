import type { Look } from '../../../shared/jobs/checkpoint.ts'
import type { Logger } from '../../../shared/observe/logger.ts'
import { DurationGrid, normalise } from './duration-grid.ts'
import { firstExpectation } from './first-expectation.ts'
import { durationsFor, learnDurations, type LearnedDurations } from './learned-durations.ts'
import { LearnedProgress } from './learned-progress.ts'
import { lookPrice } from './look-price.ts'
import { placeLook, type Belief } from './place-look.ts'
import type { PollPlan, RenderEnd, RenderWatch } from './poll-plan.ts'
import type { Memory, RenderMemory } from './seen-render.ts'

/** A render may be so many looks ahead of one each `pollMs`; then it has to wait for them. */
const MOST_AHEAD = 4
/** The longest time without a look, in units of `pollMs`: what was learned may be wrong. */
const LONGEST_WAIT = 3
/** The shortest, in the same unit. */
const SHORTEST_WAIT = 0.02
/** A look between the first full budget and this is made at the former. */
const SOON_AFTER = 1.2

/**
 * Looks that the budget had for a render are certain up to the last one that found it unfinished; of those that it had
 * by estimate beyond, so much is counted.
 */
const BELIEVED = 0.87
/** With more looks too many than this, only those are made that the rhythm would make too, or that are all but sure. */
const MOST_DEBT = 3
const SURE = 0.95

const NOTHING: Memory = { renders: [], saved: 0 }

interface Knowledge {
  memory: Memory
  durations: LearnedDurations
  progress: LearnedProgress
  price: number
}

/** Puts looks where the end is likely. `pollMs` is the budget: in all, no more looks than one each so often. */
export class LearningPollPlan implements PollPlan {
  readonly #deps: { memory: RenderMemory; pollMs: number; renderMaxMs: number; log: Logger }
  readonly #grid: DurationGrid
  readonly #prior: Float64Array
  #known: Knowledge

  constructor(deps: { memory: RenderMemory; pollMs: number; renderMaxMs: number; log: Logger }) {
    const { pollMs, renderMaxMs } = deps
    this.#deps = deps
    this.#grid = new DurationGrid(pollMs * SHORTEST_WAIT, Math.max(20 * pollMs, 1.2 * renderMaxMs))
    this.#prior = firstExpectation(this.#grid, pollMs)
    this.#known = this.#study(NOTHING)
  }

  async nextDelayMs(watch: RenderWatch): Promise<number> {
    const { pollMs, renderMaxMs } = this.#deps
    const known = await this.#knowledge()
    // A render that was never looked at may have ended at any time since its start.
    const nowMs = watch.made === 0 ? 0 : watch.elapsedMs
    const belief = { grid: this.#grid, mass: this.#belief(known, watch, nowMs, Infinity), nowMs }
    const best = placeLook(belief, known.price * pollMs, known.progress)
    const earliest = this.#earliest(known, watch, belief)
    const latest = Math.max(earliest, Math.min(nowMs + LONGEST_WAIT * pollMs, renderMaxMs + 1))
    const at = Math.min(Math.max(this.#soonest(nowMs, best), earliest), latest)
    return Math.max(0, Math.ceil(at - watch.elapsedMs))
  }

  /** Before this, a look would go beyond what one render may take, or beyond what all may. */
  #earliest({ memory }: Knowledge, { made }: RenderWatch, belief: Belief): number {
    const { pollMs } = this.#deps
    const earliest = Math.max(belief.nowMs + SHORTEST_WAIT * pollMs, (made + 1 - MOST_AHEAD) * pollMs)
    if (memory.saved >= -MOST_DEBT) return earliest
    return Math.max(earliest, Math.min((made + 1) * pollMs, sureMs(belief)))
  }

  async learn(watch: RenderWatch, end: RenderEnd): Promise<void> {
    const { memory, log } = this.#deps
    try {
      const known = await this.#knowledge()
      const seen = this.#seen(known, watch, end)
      await memory.remember(end.status === 'completed' ? seen : null, seen.allowed - seen.polls)
    } catch (error) {
      log.warn({ err: error }, 'a render could not be learned from; the plan of polls stays as it is')
    }
  }

  /**
   * A look soon after the first full budget is made at it instead. One that finds the render finished then proves that
   * the budget had no other look for it; a moment later it would prove nothing, and savings would be imagined.
   */
  #soonest(nowMs: number, at: number): number {
    const { pollMs } = this.#deps
    return nowMs < pollMs && at > pollMs && at < SOON_AFTER * pollMs ? pollMs : at
  }

  /** What a render's end says: the time it most likely came, and the looks that the budget had for it. */
  #seen(known: Knowledge, watch: RenderWatch, end: RenderEnd) {
    const { elapsedMs: byMs, timelineMs, looks, made } = watch
    const lastMs = Math.min(looks.at(-1)?.[0] ?? 0, byMs)
    const told = end.status === 'completed' ? end.durationMs : undefined
    const exact = told !== undefined && told > lastMs && told <= byMs
    const [afterMs, untilMs] = exact ? [told, told] : [lastMs, byMs]
    const mass = this.#belief(known, watch, afterMs, untilMs)
    let [aboutMs, allowed] = [0, 0]
    for (const [cell, share] of mass.entries()) {
      if (share === 0) continue
      const ms = exact ? told : Math.min(untilMs, Math.max(afterMs, this.#grid.middle(cell)))
      aboutMs += share * ms
      allowed += share * Math.ceil(ms / this.#deps.pollMs)
    }
    const least = exact ? allowed : Math.floor(afterMs / this.#deps.pollMs) + 1
    return {
      timelineMs: timelineMs || null,
      afterMs,
      byMs: untilMs,
      aboutMs: Math.max(1, aboutMs),
      looks: [...looks],
      polls: made,
      allowed: Math.max(1, least + BELIEVED * Math.max(0, allowed - least)),
      price: known.price,
    }
  }

  /** Where the end may lie after `fromMs` and by `toMs`, given what was learned and what the last look heard. */
  #belief(known: Knowledge, { timelineMs, looks }: RenderWatch, fromMs: number, toMs: number): Float64Array {
    const { edges, size } = this.#grid
    const mass = new Float64Array(size)
    const expected = durationsFor(known.durations, timelineMs)
    const report = looks.findLast(hasProgress)
    const first = fromMs > 0 ? this.#grid.cellOf(fromMs) : 0
    const last = this.#grid.cellOf(toMs)
    for (let cell = first; cell <= last; cell++) {
      const ms = Math.max(fromMs, this.#grid.middle(cell))
      const begun = Math.max(edges[cell] ?? 0, fromMs)
      const open = ((edges[cell + 1] ?? 0) - begun) / ((edges[cell + 1] ?? 0) - (edges[cell] ?? 0))
      const heard = report ? known.progress.likelihood(report[1], Math.min(1, report[0] / ms)) : 1
      // Never nothing: an end at a time that was ruled out is still an end.
      mass[cell] = ((expected[cell] ?? 0) + 1e-9) * Math.max(open, 1e-6) * heard
    }
    return normalise(mass)
  }

  async #knowledge(): Promise<Knowledge> {
    const memory = await this.#deps.memory.load().catch((error: unknown) => {
      this.#deps.log.warn({ err: error }, 'what was learned of renders could not be read; planning with what is known')
      return this.#known.memory
    })
    if (memory !== this.#known.memory) this.#known = this.#study(memory)
    return this.#known
  }

  #study(memory: Memory): Knowledge {
    return {
      memory,
      durations: learnDurations(this.#grid, this.#prior, memory.renders),
      progress: new LearnedProgress(memory.renders),
      price: lookPrice(memory),
    }
  }
}

/** When the end is all but certain to have come, and a little later. */
function sureMs({ grid, mass }: Belief): number {
  let sum = 0
  const cell = mass.findIndex((share) => (sum += share) >= SURE)
  return 1.15 * (grid.edges[cell + 1] ?? Infinity)
}

const hasProgress = (look: Look): look is [number, number] => look[1] !== null
