import type { Checkpoint } from '../../src/shared/jobs/checkpoint.ts'
import { silentLogger } from '../../src/shared/observe/logger.ts'
import type { Render } from '../../src/shared/upstream/upstream.ts'
import { LearningPollPlan } from '../../src/workers/edit/poll-plan/learning-poll-plan.ts'
import type { PollPlan } from '../../src/workers/edit/poll-plan/poll-plan.ts'
import {
  MEMORY_RENDERS,
  MOST_SAVED,
  type Memory,
  type RenderMemory,
  type SeenRender,
} from '../../src/workers/edit/poll-plan/seen-render.ts'
import type { StepContext } from '../../src/workers/edit/step.ts'
import { awaitRender } from '../../src/workers/edit/steps/await-render.ts'
import type { Evidence } from '../../src/shared/jobs/checkpoint.ts'
import { seededRandom } from '../../test/support/faults/seeded-random.ts'
import type { RenderKind, SimulatedRender } from './renders.ts'

export const POLL_MS = 30_000
export const RENDER_MAX_MS = 600_000

/** What a render took: how late its end was known, and the looks it took; `allowed`: one each `pollMs`. */
export interface Watched {
  lateMs: number
  polls: number
  allowed: number
}

/** One look each so often, the rhythm that the budget is measured by. */
export const fixedPlan = (pollMs: number): PollPlan => ({
  nextDelayMs: async () => pollMs,
  learn: async () => undefined,
})

/** Remembers in this process, and shows what it learned once a wave of renders is over: they ran at the same time. */
export class WaveMemory implements RenderMemory {
  #memory: Memory = { renders: [], saved: 0 }
  #seen: SeenRender[] = []
  #saved = 0

  load = async (): Promise<Memory> => this.#memory

  async remember(seen: SeenRender | null, saved: number): Promise<void> {
    if (seen) this.#seen.unshift(seen)
    this.#saved = Math.min(MOST_SAVED, this.#saved + saved)
  }

  endWave(): void {
    const renders = [...this.#seen, ...this.#memory.renders].slice(0, MEMORY_RENDERS)
    this.#memory = { renders, saved: this.#saved }
    this.#seen = []
  }
}

export interface Simulation {
  kind: RenderKind
  renders: number
  seed?: number
  /** Renders that run at the same time. */
  wave?: number
  pollMs?: number
  plan?: PollPlan
}

/** Watches renders with the pipeline's own step, on a clock that jumps from look to look. */
export async function simulate(asked: Simulation): Promise<Watched[]> {
  const { kind, renders, seed = 1, wave = 10, pollMs = POLL_MS } = asked
  const memory = new WaveMemory()
  const plan = asked.plan ?? new LearningPollPlan({ memory, pollMs, renderMaxMs: RENDER_MAX_MS, log: silentLogger })
  const random = seededRandom(seed)
  const watched: Watched[] = []
  for (let index = 0; index < renders; index++) {
    // Looks draw on numbers of their own, so that every plan meets the same renders.
    watched.push(await watch(kind.next(seededRandom(random() * 2 ** 32), index), plan, pollMs))
    if (index % wave === wave - 1) memory.endWave()
  }
  return watched
}

async function watch(render: SimulatedRender, pollPlan: PollPlan, pollMs: number): Promise<Watched> {
  let [now, polls] = [0, 0]
  const getRender = async (): Promise<Render> => {
    polls++
    if (now < render.durationMs) return { status: 'running', progress: render.reports(now / render.durationMs) }
    const told = render.tellsDuration ? { durationMs: render.durationMs } : {}
    return { status: 'completed', url: 'https://upstream.test/out.mp4', ...told }
  }
  const ctx = {
    pollPlan,
    upstream: { getRender },
    clock: { now: () => now },
    settings: { renderMaxMs: RENDER_MAX_MS },
    signal: new AbortController().signal,
  } as unknown as StepContext
  let checkpoint: Checkpoint = { renderId: 'r1', renderStartedAt: 0, timelineMs: Math.round(render.timelineMs) }
  for (;;) {
    const outcome = await awaitRender.run(ctx, checkpoint as Evidence)
    if (outcome.kind === 'advance')
      return { lateMs: now - render.durationMs, polls, allowed: Math.ceil(render.durationMs / pollMs) }
    if (outcome.kind !== 'snooze') throw new TypeError(`a simulated render ended with ${outcome.kind}`)
    checkpoint = { ...checkpoint, ...outcome.patch }
    now += outcome.delayMs
  }
}

/** Mean and 95th percentile of the lateness in seconds, and looks a render. */
export function summarise(watched: readonly Watched[]) {
  const sum = (of: (one: Watched) => number) => watched.reduce((total, one) => total + of(one), 0)
  const late = watched.map(({ lateMs }) => lateMs).sort((one, other) => one - other)
  return {
    meanLateS: sum(({ lateMs }) => lateMs) / watched.length / 1_000,
    p95LateS: (late[Math.floor(late.length * 0.95)] ?? 0) / 1_000,
    polls: sum(({ polls }) => polls) / watched.length,
    allowed: sum(({ allowed }) => allowed) / watched.length,
    mostAhead: Math.max(...watched.map(({ polls, allowed }) => polls - allowed)),
  }
}
