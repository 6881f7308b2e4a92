import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { readReport } from '../../../src/shared/jobs/report.ts'
import { newSessionId } from '../../../src/shared/jobs/ids.ts'
import { upstreamError } from '../../support/fake-upstream.ts'
import { setupWorkers } from '../../support/workers.ts'

describe('a job', () => {
  it('goes from a clip and a sentence to a stored video, and tells each stage once', async () => {
    await using t = await setupWorkers()
    const id = await t.submit()
    await t.moves.reached('succeeded', id)

    const job = await t.jobs.find(id)
    expect(job).toMatchObject({ status: 'succeeded', attempt: 1, progress: 1, stage: null, waiting: null })
    expect(job?.checkpoint.output).toMatchObject({ name: 'clip-edited.mp4', bytes: 7, duration_ms: 1_000, width: 640 })
    expect(await readReport(t.storage, id)).toMatchObject({ messages: ['Done.'], changes: ['1 text track added'] })
    expect(t.upstream.messages).toEqual(['trim silences'])
    expect(t.upstream.renders).toHaveLength(1)
    expect(await t.events(id)).toEqual([
      'job.queued',
      'job.started',
      ...Array.from({ length: 6 }, () => 'job.stage'),
      'job.stage',
      'job.succeeded',
    ])
  })

  it('only asks for what its instruction asks for', async () => {
    await using t = await setupWorkers()
    const credits = await t.submit({ action: 'credits', inputs: [] })
    const upload = await t.submit({ action: 'upload' })
    await t.moves.reached('succeeded', credits)
    await t.moves.reached('succeeded', upload)

    expect(t.upstream.messages).toEqual([])
    expect(t.upstream.renders).toEqual([])
    expect((await t.jobs.find(credits))?.checkpoint.creditsBefore).toEqual(t.upstream.balance)
  })

  it('fails without a render when the timeline stayed as it was and nothing was said', async () => {
    await using t = await setupWorkers()
    t.upstream.applies = false
    t.upstream.reply = { texts: [], error: null }
    const id = await t.submit()
    await t.moves.reached('failed', id)

    expect((await t.jobs.find(id))?.error).toMatchObject({ code: 'edit_not_applied', stage: 'verify' })
    expect(t.upstream.renders).toEqual([])
  })

  it("fails with the upstream's words when the stream told an error", async () => {
    await using t = await setupWorkers()
    t.upstream.reply = { texts: [], error: { code: 'RESOURCE_EXHAUSTED', message: 'quota exceeded' } }
    const id = await t.submit()
    await t.moves.reached('failed', id)

    expect((await t.jobs.find(id))?.error).toMatchObject({
      code: 'edit_rejected',
      upstream: { code: 'RESOURCE_EXHAUSTED', message: 'quota exceeded' },
    })
  })

  it('fails before a render when the edit is not what was expected', async () => {
    await using t = await setupWorkers()
    const id = await t.submit({ request: { expect: { tracks: { audio: 1 }, min_changes: 1 } } })
    await t.moves.reached('failed', id)

    expect((await t.jobs.find(id))?.error).toMatchObject({ code: 'expectation_failed' })
    expect((await readReport(t.storage, id)).expectations).toEqual([
      { name: 'at least 1 changes (found 1)', met: true },
      { name: 'at least 1 audio tracks (found 0)', met: false },
    ])
    expect(t.upstream.renders).toEqual([])
  })
})

describe('what is paid for', () => {
  it('is paid once when the stream drops after the edit was applied', async () => {
    await using t = await setupWorkers()
    t.upstream.dropStreamAfterApplying()
    const id = await t.submit()
    await t.moves.reached('succeeded', id)

    expect(t.upstream.messages).toHaveLength(1)
    expect((await t.jobs.find(id))?.checkpoint.reply).toEqual({ texts: [], error: null, recovered: true })
  })

  it('is sent again after a refusal, which proves that nothing was applied', async () => {
    await using t = await setupWorkers()
    t.upstream.failOnce('sendMessage', 'rate_limited', 'refused', 429)
    const id = await t.submit()
    await t.moves.reached('waiting', id)
    await t.moves.reached('succeeded', id)

    expect(t.upstream.messages).toHaveLength(2)
    expect(await t.jobs.find(id)).toMatchObject({ attempt: 1, checkpoint: { sendings: 1 } })
  })

  it('is sent once more after five unchanged reads and the cap, and never a third time', async () => {
    await using t = await setupWorkers({ settings: { streamMaxMs: 1 } })
    t.upstream.failOnce('sendMessage', 'unavailable', 'unknown', null)
    t.upstream.failOnce('sendMessage', 'unavailable', 'unknown', 500)
    const id = await t.submit()
    await t.moves.reached('failed', id)

    expect(t.upstream.messages).toHaveLength(2)
    expect((await t.jobs.find(id))?.error).toMatchObject({ code: 'edit_not_applied', stage: 'edit' })
    expect((await t.jobs.find(id))?.error?.detail).toContain('A charge is possible')
  })

  it('is not sent again while the cap has not passed, however often the state is unchanged', async () => {
    await using t = await setupWorkers({ settings: { streamMaxMs: 600_000 } })
    t.upstream.failOnce('sendMessage', 'unavailable', 'unknown', null)
    let reads = 0
    const settled = Promise.withResolvers<void>()
    for (let i = 0; i < 20; i++) t.upstream.next('state', () => void (++reads === 12 && settled.resolve()))
    await t.submit()
    await settled.promise

    expect(t.upstream.messages).toHaveLength(1)
  })

  it('is not sent again when the session is lost after sending', async () => {
    await using t = await setupWorkers()
    t.upstream.next('sendMessage', () => {
      t.upstream.sessions.clear()
      throw upstreamError('unavailable', 'unknown', null)
    })
    const id = await t.submit()
    await t.moves.reached('failed', id)

    expect(t.upstream.messages).toHaveLength(1)
    expect((await t.jobs.find(id))?.error?.detail).toContain('A charge is possible')
  })
})

describe('waiting', () => {
  it.each([
    ['createSession', 'auth', 'upstream_auth'],
    ['upload', 'rate_limited', 'upstream_rate_limit'],
    ['credits', 'unavailable', 'upstream_down'],
    ['sendMessage', 'no_credits', 'credits'],
    ['startRender', 'unavailable', 'upstream_down'],
  ] as const)('when %s meets %s, says %s, costs no attempt and goes on by itself', async (call, kind, reason) => {
    await using t = await setupWorkers({
      settings: { retryMs: { first: 300, longest: 300 }, rateLimitMs: 300, creditsProbeMs: 300 },
    })
    t.upstream.failOnce(call, kind)
    const id = await t.submit()
    await t.moves.reached('waiting', id)
    expect((await t.jobs.find(id))?.waiting).toMatchObject({
      reason,
      since: expect.any(String),
      retry_at: expect.any(String),
    })

    await t.moves.reached('succeeded', id)
    expect(await t.jobs.find(id)).toMatchObject({ attempt: 1, waiting: null })
  })
})

describe('going back', () => {
  it('makes a new session and uploads again when the session is lost before the message', async () => {
    await using t = await setupWorkers()
    t.upstream.failOnce('upload', 'session_lost')
    const id = await t.submit()
    await t.moves.reached('succeeded', id)

    expect(t.upstream.calls.filter((call) => call === 'createSession')).toHaveLength(2)
    expect(t.upstream.messages).toHaveLength(1)
  })

  it('renders once more, with a new id, when a render failed', async () => {
    await using t = await setupWorkers()
    t.upstream.polls = [
      { status: 'failed', reason: 'out of memory' },
      { status: 'completed', url: 'https://upstream.test/out.mp4' },
    ]
    const id = await t.submit()
    await t.moves.reached('succeeded', id)

    const ids = t.upstream.renders.map(({ renderId }) => renderId)
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(2)
    expect(t.upstream.messages).toHaveLength(1)
  })

  it('fails when the second render fails too', async () => {
    await using t = await setupWorkers()
    t.upstream.polls = [{ status: 'failed', reason: 'out of memory' }]
    const id = await t.submit()
    await t.moves.reached('failed', id)

    expect(t.upstream.renders).toHaveLength(2)
    expect((await t.jobs.find(id))?.error).toMatchObject({
      code: 'render_failed',
      upstream: { message: 'out of memory' },
    })
  })
})

describe('a session', () => {
  it('runs its jobs one after the other in the order of acceptance, also past a failed one', async () => {
    await using t = await setupWorkers({ started: false })
    const session = newSessionId()
    const first = await t.submit({ session, request: { instruction: 'one' } })
    const second = await t.submit({ session, request: { instruction: 'two', expect: { min_changes: 99 } } })
    const third = await t.submit({ session, request: { instruction: 'three' } })
    expect(await t.jobs.find(third)).toMatchObject({ status: 'waiting', waiting: { reason: 'session' } })

    await t.start()
    await t.moves.reached('succeeded', first)
    await t.moves.reached('failed', second)
    await t.moves.reached('succeeded', third)
    expect(t.upstream.messages).toEqual(['one', 'two', 'three'])
    expect(t.upstream.sessions.size).toBe(1)
  })
})

describe('a worker that stops', () => {
  it('hands its job back at the last checkpoint, and the next one goes on without paying again', async () => {
    await using t = await setupWorkers({ started: false })
    const atWork = Promise.withResolvers<void>()
    t.upstream.next('startRender', async (signal) => {
      atWork.resolve()
      await once(signal, 'abort')
      throw signal.reason
    })
    const first = await t.start()
    const id = await t.submit()
    await atWork.promise
    await first.close()
    expect(await t.jobs.find(id)).toMatchObject({ status: 'running', attempt: 1 })

    await t.start()
    await t.moves.reached('succeeded', id)
    expect(t.upstream.messages).toHaveLength(1)
    expect(await t.jobs.find(id)).toMatchObject({ attempt: 1 })
  })
})
