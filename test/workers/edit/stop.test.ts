import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { endingOf } from '../../../src/shared/jobs/ending.ts'
import type { JobId } from '../../../src/shared/jobs/ids.ts'
import type { StopStatus } from '../../../src/shared/jobs/job-store.ts'
import { toRetry } from '../../../src/shared/jobs/retry-job.ts'
import { planRetry } from '../../../src/shared/jobs/plan-retry.ts'
import { acceptJob } from '../../../src/shared/jobs/accept-job.ts'
import { systemClock } from '../../../src/shared/time/clock.ts'
import { endOverdue } from '../../../src/workers/upkeep/end-overdue.ts'
import { setupWorkers } from '../../support/workers.ts'

async function setup(options: Parameters<typeof setupWorkers>[0] = {}) {
  const t = await setupWorkers(options)
  return {
    ...t,
    async stop(id: JobId, to: StopStatus = 'canceled') {
      const job = (await t.jobs.find(id))!
      return t.jobs.stop(job, to, endingOf({ clock: systemClock, retentionDays: 30 }, null, null))
    },
    /** Resolves once the job sleeps between two looks at its render. */
    async asleep(id: JobId) {
      while ((await t.redis.zscore(t.keys.wake(), id)) === null) await systemClock.sleep(5)
    },
    async finals(id: JobId) {
      return (await t.events(id)).filter((type) => /succeeded|failed|canceled|expired/.test(type))
    },
  }
}

describe('a job that is canceled', () => {
  it('while its message streams, closes the stream and starts no render', async () => {
    await using t = await setup()
    const streaming = Promise.withResolvers<AbortSignal>()
    t.upstream.next('sendMessage', async (signal) => {
      streaming.resolve(signal)
      await once(signal, 'abort')
      throw signal.reason
    })
    const id = await t.submit()
    const stream = await streaming.promise
    expect(await t.stop(id)).toBe('stopping')
    await t.moves.reached('canceled', id)

    expect(stream.aborted).toBe(true)
    expect(t.upstream.renders).toEqual([])
    expect(await t.finals(id)).toEqual(['job.canceled'])
  })

  it('while its render is polled, cancels the render at the upstream', async () => {
    await using t = await setup({ settings: { pollMs: 200 } })
    t.upstream.polls = [{ status: 'running', progress: 0.5 }]
    const id = await t.submit()
    await t.asleep(id)
    await t.stop(id)
    await t.moves.reached('canceled', id)

    expect(t.upstream.calls).toContain('cancelRender')
    expect(await t.jobs.find(id)).toMatchObject({
      status: 'canceled',
      error: null,
      checkpoint: { renderId: expect.any(String) },
    })
    expect(await t.finals(id)).toEqual(['job.canceled'])
  })

  it('ends although the upstream does not answer the cancel', async () => {
    await using t = await setup({ settings: { pollMs: 200 } })
    t.upstream.polls = [{ status: 'running', progress: null }]
    t.upstream.failOnce('cancelRender', 'unavailable', 'unknown', 500)
    const id = await t.submit()
    await t.asleep(id)
    await t.stop(id)
    await t.moves.reached('canceled', id)
    expect(await t.finals(id)).toEqual(['job.canceled'])
  })

  it('while it waits, ends at once, whoever asks first', async () => {
    await using t = await setup({ settings: { creditsProbeMs: 60_000 } })
    t.upstream.balance = { available: 0, frozen: 0, total: 0 }
    const id = await t.submit()
    await t.moves.reached('waiting', id)
    const answers = await Promise.all([t.stop(id), t.stop(id), t.stop(id)])
    expect(answers.toSorted()).toEqual(['ended', 'ended', 'stopped'])
    expect(await t.finals(id)).toEqual(['job.canceled'])
  })

  it('although nobody hears the request, is seen by its leg before long', async () => {
    await using t = await setup()
    const streaming = Promise.withResolvers<void>()
    t.upstream.next('sendMessage', async (signal) => {
      streaming.resolve()
      await once(signal, 'abort')
      throw signal.reason
    })
    const id = await t.submit()
    await streaming.promise
    await t.redis.hset(t.keys.job(id), 'stop_asked', 'canceled')
    await t.moves.reached('canceled', id)
    expect(await t.finals(id)).toEqual(['job.canceled'])
  })
})

describe('a limit in time', () => {
  const upkeep = (t: Awaited<ReturnType<typeof setup>>, now = Date.now()) =>
    endOverdue({
      redis: t.redis,
      keys: t.keys,
      jobs: t.jobs,
      clock: { ...systemClock, now: () => now },
      retentionDays: 30,
    })
  const soon = () => new Date(Date.now() + 60_000).toISOString()

  it('ends a job that did not start by it', async () => {
    await using t = await setup({ started: false })
    const id = await t.submit({ request: { start_by: soon() } })
    await upkeep(t)
    expect(await t.jobs.find(id)).toMatchObject({ status: 'queued' })

    await upkeep(t, Date.now() + 120_000)
    expect(await t.jobs.find(id)).toMatchObject({ status: 'expired', error: { code: 'deadline_exceeded' } })
    expect(await t.finals(id)).toEqual(['job.expired'])
    expect(await t.redis.zcard(t.keys.deadlines())).toBe(0)
  })

  it('leaves a job alone that started by it, and ends it when it is not done by the other', async () => {
    await using t = await setup({ settings: { pollMs: 200 } })
    t.upstream.polls = [{ status: 'running', progress: null }]
    const finish_by = new Date(Date.now() + 240_000).toISOString()
    const id = await t.submit({ request: { start_by: soon(), finish_by } })
    await t.asleep(id)
    await upkeep(t, Date.now() + 120_000)
    expect((await t.jobs.find(id))?.stop_asked).toBeNull()

    await upkeep(t, Date.now() + 300_000)
    await t.moves.reached('expired', id)
    expect(t.upstream.calls).toContain('cancelRender')
    expect((await t.jobs.find(id))?.error).toMatchObject({
      code: 'deadline_exceeded',
      detail: expect.stringContaining(finish_by),
    })
  })
})

describe('a retried export', () => {
  it('renders the draft that was verified, without another message', async () => {
    await using t = await setup()
    t.upstream.polls = [{ status: 'failed', reason: 'out of memory' }]
    const first = await t.submit()
    await t.moves.reached('failed', first)
    const verified = t.upstream.renders[0]?.draft
    t.upstream.polls = [{ status: 'completed', url: 'https://upstream.test/out.mp4' }]

    const failed = (await t.jobs.find(first))!
    const retry = await toRetry(t.storage, failed, planRetry(failed, 'auto')!)
    await acceptJob({ redis: t.redis, keys: t.keys, now: Date.now() }, retry)
    await t.moves.reached('succeeded', retry.id)

    expect(t.upstream.messages).toHaveLength(1)
    expect(t.upstream.renders.at(-1)?.draft).toBe(verified)
    await t.storage.removeOwner(first)
    expect(await t.storage.size(`${retry.id}/draft-after.json`)).not.toBeNull()
  })
})
