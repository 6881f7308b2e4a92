import { describe, expect, it } from 'vitest'
import { setupNemoWorkers } from '../../support/nemo-workers.ts'
import { sendJson } from '../../support/upstream-world.ts'

type Workers = Awaited<ReturnType<typeof setupNemoWorkers>>

async function run(t: Workers, end: 'succeeded' | 'failed' = 'succeeded') {
  const id = await t.submit()
  await t.moves.reached(end, id)
  return { ...(await t.outcome(id)), job: await t.jobs.find(id) }
}

const polled = (t: Workers, body: unknown, status = 200) => t.upstream.refuseOnce('poll', status, body)

describe('a render', () => {
  it('whose start was answered with an error although it began is found again by its id', async () => {
    await using t = await setupNemoWorkers()
    t.upstream.once('render', (request, response) => {
      t.upstream.world.renders.set(String(request.json()['id']), request.body.toString())
      response.destroy()
    })
    expect(await run(t)).toMatchObject({ renders: 1, messages: 1 })
  })

  it.each([
    [409, { success: false, error: 'render already exists' }],
    [400, { code: 400, message: 'duplicate id' }],
  ])('whose id came twice counts as started (%i %j)', async (status, body) => {
    await using t = await setupNemoWorkers()
    t.upstream.once('render', (request, response) => {
      t.upstream.world.renders.set(String(request.json()['id']), request.body.toString())
      sendJson(response, status, body)
    })
    expect(await run(t)).toMatchObject({ renders: 1, renderIds: 1 })
  })

  it('in its second form is waited for until it has an address', async () => {
    await using t = await setupNemoWorkers()
    const second = (data: object) => ({ success: true, data: { createdAt: 1_000, ...data } })
    polled(t, second({ status: 'processing', progress: 40 }))
    polled(t, second({ status: 'completed', progress: 100, completedAt: 28_600 }))
    polled(t, second({ status: 'completed', completedAt: 28_600, outputUrl: '' }))
    t.upstream.once('poll', ({ renderId }, response) => {
      const outputUrl = `/outputs/${renderId}.mp4`
      sendJson(response, 200, second({ status: 'completed', completedAt: 28_600, outputUrl }))
    })
    expect(await run(t)).toMatchObject({ renders: 1 })
    expect(t.upstream.requestsOf('poll')).toHaveLength(4)
  })

  it.each([
    { taskId: 'x', status: 'failed', error: 'codec' },
    { success: true, data: { status: 'failed', error: 'codec' } },
    { success: false, error: 'codec', data: { status: 'failed' } },
  ])('that failed is tried once more with a new id (%j)', async (body) => {
    await using t = await setupNemoWorkers()
    polled(t, body)
    expect(await run(t)).toMatchObject({ renders: 2, renderIds: 2, messages: 1 })
  })

  it('is tried twice in all, whether its start failed or itself', async () => {
    await using t = await setupNemoWorkers()
    t.upstream.refuseOnce('render', 422, { detail: 'bad draft' })
    t.upstream.on('poll', ({ renderId }, response) => {
      if (!t.upstream.world.renders.has(renderId)) return sendJson(response, 404, { detail: 'Not Found' })
      sendJson(response, 200, { status: 'failed', error: 'codec' })
    })
    expect(await run(t, 'failed')).toMatchObject({ error: 'render_failed at render', renderIds: 2, messages: 1 })
  })
})

describe('an output', () => {
  it.each([403, 404, 410, 401])('whose link has expired (%i) is fetched by a fresh one', async (status) => {
    await using t = await setupNemoWorkers()
    t.upstream.refuseOnce('output', status, {})
    expect(await run(t)).toMatchObject({ renders: 1, waits: [], job: { attempt: 1 } })
    expect(t.upstream.requestsOf('poll')).toHaveLength(2)
    expect(t.upstream.requestsOf('output')).toHaveLength(2)
  })

  it('that stays refused fails, and nothing is rendered or paid anew', async () => {
    await using t = await setupNemoWorkers()
    t.upstream.on('output', (_request, response) => sendJson(response, 403, { message: 'Request has expired' }))
    expect(await run(t, 'failed')).toMatchObject({
      error: 'download_failed at download',
      renders: 1,
      messages: 1,
      job: { error: { upstream: { status: 403, message: 'Request has expired' } } },
    })
  })

  it.each([
    [429, 1, 'upstream_rate_limit'],
    [503, 6, 'upstream_down'],
  ])('whose host answers %i is waited for', async (status, times, reason) => {
    await using t = await setupNemoWorkers()
    for (let i = 0; i < times; i++) t.upstream.refuseOnce('output', status, {})
    expect(await run(t)).toMatchObject({ waits: [reason], renders: 1, job: { attempt: 1 } })
  })
})

describe('a clip that the session does not take up', () => {
  const NOT_APPLIED = { code: 0, data: { files: [{ filename: 'x.mp4' }], session_state_applied: false } }

  it('is uploaded once more before anything is paid', async () => {
    await using t = await setupNemoWorkers()
    t.upstream.refuseOnce('upload', 200, NOT_APPLIED)
    expect(await run(t)).toMatchObject({ uploads: 2, messages: 1, waits: [] })
  })

  it('never leads to a message', async () => {
    await using t = await setupNemoWorkers()
    t.upstream.on('upload', (_request, response) => sendJson(response, 200, NOT_APPLIED))
    expect(await run(t, 'failed')).toMatchObject({ error: 'upload_failed at upload', messages: 0, waits: ['retry'] })
  })
})
