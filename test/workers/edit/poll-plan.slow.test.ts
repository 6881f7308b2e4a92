import { describe, expect, it } from 'vitest'
import { RENDER_KINDS } from '../../../bench/polling/renders.ts'
import { fixedPlan, POLL_MS, RENDER_MAX_MS, simulate, summarise, WaveMemory } from '../../../bench/polling/simulate.ts'
import { silentLogger } from '../../../src/shared/observe/logger.ts'
import { LearningPollPlan } from '../../../src/workers/edit/poll-plan/learning-poll-plan.ts'
import type { RenderMemory } from '../../../src/workers/edit/poll-plan/seen-render.ts'

const RENDERS = 1_000

/** Which plan is held to the promises; `fixedPlan(POLL_MS)` keeps none of them. */
const watched = async (kind: keyof typeof RENDER_KINDS, renders = RENDERS) =>
  summarise(await simulate({ kind: RENDER_KINDS[kind], renders }))

const aPlan = (memory: RenderMemory = new WaveMemory(), pollMs = POLL_MS) =>
  new LearningPollPlan({ memory, pollMs, renderMaxMs: RENDER_MAX_MS, log: silentLogger })

const aWatch = { elapsedMs: 0, timelineMs: 30_000, looks: [], made: 0 }

describe('the end of a render', () => {
  it('is known 15 s late by the rhythm that the budget is measured by', async () => {
    const fixed = summarise(await simulate({ kind: RENDER_KINDS.uniform, renders: RENDERS, plan: fixedPlan(POLL_MS) }))
    expect(fixed.meanLateS).toBeCloseTo(15, 0)
    expect(fixed.polls).toBe(fixed.allowed)
  })

  it('is known at most 7.5 s late, within the budget, where nothing tells when it comes', async () => {
    const { meanLateS, polls, allowed } = await watched('uniform', 3_000)
    expect(meanLateS).toBeLessThanOrEqual(7.5)
    expect(polls).toBeLessThanOrEqual(allowed)
  })

  it('is known at most 7.5 s late, within the budget, before anything was learned', async () => {
    const wave = 2_000
    const blind = summarise(await simulate({ kind: RENDER_KINDS.uniform, renders: wave, wave }))
    expect(blind.meanLateS).toBeLessThanOrEqual(7.5)
    expect(blind.polls).toBeLessThanOrEqual(blind.allowed)
  })

  it.each(['linear', 'noisy', 'squared', 'perSecond10', 'perSecond20', 'affine', 'drifting'] as const)(
    'is known at most 5 s late, within the budget, where progress or the timeline tells when it comes: %s',
    async (kind) => {
      const { meanLateS, polls, allowed } = await watched(kind)
      expect(meanLateS).toBeLessThanOrEqual(5)
      expect(polls).toBeLessThanOrEqual(allowed)
    },
  )

  it.each(['lognormal', 'clusters', 'stuck', 'useless', 'constant', 'told', 'heavyTail'] as const)(
    'is known sooner than by the rhythm, within the budget, whatever the renders are like: %s',
    async (kind) => {
      const { meanLateS, polls, allowed, mostAhead } = await watched(kind)
      expect(meanLateS).toBeLessThan(12)
      expect(polls).toBeLessThanOrEqual(allowed)
      expect(mostAhead).toBeLessThanOrEqual(4)
    },
  )

  it.each(['always27', 'brief'] as const)(
    'takes no more than 30 looks too many in all where the budget has one for each render: %s',
    async (kind) => {
      const { meanLateS, polls, allowed } = await watched(kind)
      expect((polls - allowed) * RENDERS).toBeLessThanOrEqual(30)
      expect(meanLateS).toBeLessThan(kind === 'brief' ? 20 : 3)
    },
  )
})

describe('the next look', () => {
  it('comes first when a third of the renders can be expected to have ended', async () => {
    const delayMs = await aPlan().nextDelayMs(aWatch)
    expect(delayMs / POLL_MS).toBeGreaterThan(1.4)
    expect(delayMs / POLL_MS).toBeLessThan(1.8)
  })

  it('scales with the budget, so that a local render is not left alone for half a minute', async () => {
    const first = await aPlan(new WaveMemory(), 500).nextDelayMs(aWatch)
    expect(first).toBeGreaterThan(500)
    expect(first).toBeLessThan(1_000)
  })

  it('comes when reported progress says that the render ends', async () => {
    const elapsedMs = 48_000
    const next = async (progress: number) =>
      elapsedMs + (await aPlan().nextDelayMs({ ...aWatch, elapsedMs, looks: [[elapsedMs, progress]], made: 1 }))
    expect(await next(0.9)).toBeLessThan(60_000)
    expect(await next(0.6)).toBeGreaterThan(70_000)
  })

  it('counts from the start of the render, also for a job that comes back late', async () => {
    const first = await aPlan().nextDelayMs(aWatch)
    expect(await aPlan().nextDelayMs({ ...aWatch, elapsedMs: 20_000 })).toBe(first - 20_000)
    expect(await aPlan().nextDelayMs({ ...aWatch, elapsedMs: 200_000 })).toBe(0)
  })

  it('waits for the rhythm to catch up once a render is four looks ahead', async () => {
    const elapsedMs = 35_000
    const at = async (made: number) =>
      elapsedMs + (await aPlan().nextDelayMs({ ...aWatch, elapsedMs, looks: [[elapsedMs, 0.98]], made }))
    expect(await at(1)).toBeLessThan(60_000)
    expect(await at(7)).toBeGreaterThanOrEqual(4 * POLL_MS)
  })

  it('keeps to the rhythm while the account has taken too many looks', async () => {
    const indebted: RenderMemory = { load: async () => ({ renders: [], saved: -50 }), remember: async () => undefined }
    expect(await aPlan(indebted).nextDelayMs({ ...aWatch, elapsedMs: 65_000, looks: [[65_000, null]], made: 2 })).toBe(
      3 * POLL_MS - 65_000,
    )
  })

  it('comes no later than a render is given up', async () => {
    const watch = { ...aWatch, elapsedMs: 590_000, looks: [[590_000, null] as [number, null]], made: 10 }
    expect(await aPlan().nextDelayMs(watch)).toBeLessThanOrEqual(10_001)
  })

  it('is planned also while what was learned cannot be read, and an end then harms nobody', async () => {
    const away = () => Promise.reject(new Error('Redis is away'))
    const plan = aPlan({ load: away, remember: away })
    expect(await plan.nextDelayMs(aWatch)).toBe(await aPlan().nextDelayMs(aWatch))
    await plan.learn({ ...aWatch, elapsedMs: 48_000, made: 1 }, { status: 'completed' })
  })
})
