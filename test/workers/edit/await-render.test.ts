import { describe, expect, it } from 'vitest'
import type { Checkpoint, Evidence } from '../../../src/shared/jobs/checkpoint.ts'
import type { PollPlan, RenderEnd, RenderWatch } from '../../../src/workers/edit/poll-plan/poll-plan.ts'
import type { StepContext } from '../../../src/workers/edit/step.ts'
import { awaitRender } from '../../../src/workers/edit/steps/await-render.ts'
import { FakeUpstream } from '../../support/fake-upstream.ts'
import { ManualClock } from '../../support/manual-clock.ts'

/** A render that is watched by a plan that says 30 s and remembers what it was told. */
async function setup() {
  const clock = new ManualClock()
  const upstream = new FakeUpstream()
  const asked: RenderWatch[] = []
  const learned: { watch: RenderWatch; end: RenderEnd }[] = []
  const pollPlan: PollPlan = {
    nextDelayMs: async (watch) => (asked.push(watch), 30_000 - (watch.made === 0 ? watch.elapsedMs : 0)),
    learn: async (watch, end) => void learned.push({ watch, end }),
  }
  const signal = new AbortController().signal
  await upstream.startRender({ renderId: 'r1', draft: '{}' }, { signal })
  const ctx = { upstream, clock, pollPlan, signal, settings: { renderMaxMs: 600_000 } } as unknown as StepContext
  const started: Checkpoint = { renderId: 'r1', renderStartedAt: clock.now(), timelineMs: 20_000 }
  const run = (more: Checkpoint = {}) => awaitRender.run(ctx, { ...started, ...more } as Evidence)
  const looks = () => upstream.calls.filter((call) => call === 'getRender').length
  return { clock, upstream, asked, learned, run, looks }
}

describe('a render', () => {
  it('is not looked at before the plan says so', async () => {
    const t = await setup()
    expect(await t.run()).toMatchObject({ kind: 'snooze', delayMs: 30_000, patch: { polling: { made: 0, looks: [] } } })
    expect(t.looks()).toBe(0)
  })

  it('is looked at once a time, each look remembered with the progress it heard', async () => {
    const t = await setup()
    t.upstream.polls = [{ status: 'running', progress: 0.4 }]
    await t.clock.advance(30_000)
    expect(await t.run({ polling: { made: 0, looks: [] } })).toMatchObject({
      kind: 'snooze',
      progress: 0.4,
      patch: { polling: { made: 1, looks: [[30_000, 0.4]] } },
    })
    expect(t.looks()).toBe(1)
  })

  it('keeps the first three looks and the last one, however many there were', async () => {
    const t = await setup()
    t.upstream.polls = [{ status: 'running', progress: null }]
    await t.clock.advance(90_000)
    const looks: [number, number][] = [1, 2, 3, 4].map((n) => [n * 1_000, n / 10])
    expect(await t.run({ polling: { made: 9, looks } })).toMatchObject({
      patch: { polling: { made: 10, looks: [...looks.slice(0, 3), [90_000, null]] } },
    })
  })

  it('counts looks that brought no answer', async () => {
    const t = await setup()
    await t.clock.advance(50_000)
    await t.run({ polling: { made: 2, looks: [[40_000, 0.7]] }, setbacks: 3 })
    expect(t.learned).toMatchObject([
      {
        watch: { made: 6, elapsedMs: 50_000, timelineMs: 20_000, looks: [[40_000, 0.7]] },
        end: { status: 'completed' },
      },
    ])
  })

  it('that failed is rendered anew and watched from the start', async () => {
    const t = await setup()
    t.upstream.polls = [{ status: 'failed', reason: 'out of memory' }]
    await t.clock.advance(30_000)
    expect(await t.run({ polling: { made: 0, looks: [] } })).toMatchObject({
      kind: 'rewind',
      forget: expect.arrayContaining(['renderId', 'renderStartedAt', 'polling']),
    })
    expect(t.learned).toMatchObject([{ end: { status: 'failed' } }])
  })
})
