import { describe, expect, it } from 'vitest'
import { ScriptedUpstream } from '../../support/scripted-upstream.ts'
import { sendJson } from '../../support/upstream-world.ts'
import { clientOf, signal } from './client.ts'

const session = { taskId: 't', sessionId: '7300000000000000001' }
const output = { format: 'mp4', quality: 'high' }

async function setup() {
  const upstream = await ScriptedUpstream.start()
  const client = clientOf(upstream.url)
  return {
    upstream,
    start: (renderId = 'r1') => client.startRender({ renderId, session, draft: '{"t":[]}', output }, { signal }),
    look: async (status: number, body: unknown) => {
      upstream.once('poll', (_request, response) => sendJson(response, status, body))
      return client.getRender('r1', { signal })
    },
    poll: () => client.getRender('r1', { signal }),
    cancel: () => client.cancelRender('r1', { signal }),
    [Symbol.asyncDispose]: async () => {
      await client.close()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('the start of a render', () => {
  it('gives the id to poll', async () => {
    await using t = await setup()
    expect(await t.start('r1')).toEqual({ renderId: 'r1' })
  })

  it('gives the id that the upstream chose', async () => {
    await using t = await setup()
    t.upstream.on('render', (_request, response) =>
      sendJson(response, 200, { success: true, data: { id: 'theirs', status: 'pending' } }),
    )
    expect(await t.start('r1')).toEqual({ renderId: 'theirs' })
  })

  it('is a success where the id was started before and refused now', async () => {
    await using t = await setup()
    await t.start('r1')
    expect(await t.start('r1')).toEqual({ renderId: 'r1' })
    expect(t.upstream.world.renders.size).toBe(1)
  })

  it.each([
    [500, { success: false, error: 'E11000 duplicate key' }],
    [200, { success: false, error: 'Render r1 already exists' }],
  ])('is a success where it was refused with %i %j', async (status, body) => {
    await using t = await setup()
    t.upstream.refuseOnce('render', status, body)
    expect(await t.start('r1')).toEqual({ renderId: 'r1' })
  })

  it('is settled by looking where the refusal says nothing', async () => {
    await using t = await setup()
    await t.start('r1')
    t.upstream.refuseOnce('render', 400, { success: false, error: 'bad request' })
    expect(await t.start('r1')).toEqual({ renderId: 'r1' })
    t.upstream.refuseOnce('render', 400, { success: false, error: 'bad draft' })
    await expect(t.start('r2')).rejects.toMatchObject({ kind: 'rejected', delivery: 'refused' })
  })

  it.each([
    [402, { message: 'upgrade' }, 'export_blocked'],
    [200, { code: 1002, message: 'no session exists' }, 'session_lost'],
    [500, { success: false, error: 'The session does not exist' }, 'session_lost'],
    [429, {}, 'rate_limited'],
    [503, {}, 'unavailable'],
  ])('tells %i %j as %s', async (status, body, kind) => {
    await using t = await setup()
    t.upstream.refuseOnce('render', status, body)
    await expect(t.start()).rejects.toMatchObject({ kind })
  })
})

describe('a look at a render', () => {
  const bare = (more: object) => ({ taskId: 'r1', ...more })
  const second = (more: object) => ({ success: true, data: { id: 'r1', ...more } })

  it.each([
    [bare({ status: 'pending', progress: 5 }), { status: 'running', progress: 0.05 }],
    [bare({ status: 'processing' }), { status: 'running', progress: null }],
    [second({ status: 'processing', progress: 50 }), { status: 'running', progress: 0.5 }],
    [second({ status: 'QUEUED', progress: 0.25 }), { status: 'running', progress: 0.25 }],
    [
      bare({ status: 'completed', output: { url: 'https://cdn.test/a.mp4', duration: 1 } }),
      { status: 'completed', url: 'https://cdn.test/a.mp4' },
    ],
    [
      second({ status: 'completed', outputUrl: 'https://cdn.test/a.mp4' }),
      { status: 'completed', url: 'https://cdn.test/a.mp4' },
    ],
    [
      second({ status: 'completed', outputUrl: 'https://cdn.test/a.mp4', createdAt: 1_000, completedAt: 28_600 }),
      { status: 'completed', url: 'https://cdn.test/a.mp4', durationMs: 27_600 },
    ],
    [
      second({ status: 'completed', outputUrl: 'https://cdn.test/a.mp4', createdAt: 28_600, completedAt: 0 }),
      { status: 'completed', url: 'https://cdn.test/a.mp4' },
    ],
    [
      second({ status: 'completed', output: { url: 'https://cdn.test/a.mp4' } }),
      { status: 'completed', url: 'https://cdn.test/a.mp4' },
    ],
    [bare({ status: 'completed', progress: 100 }), { status: 'running', progress: 1 }],
    [bare({ status: 'completed', output: null }), { status: 'running', progress: null }],
    [bare({ status: 'completed', output: { url: '' } }), { status: 'running', progress: null }],
    [bare({ status: 'failed', error: 'codec' }), { status: 'failed', reason: 'codec' }],
    [bare({ status: 'failed' }), { status: 'failed', reason: 'failed' }],
    [second({ status: 'failed', error: { message: 'codec' } }), { status: 'failed', reason: 'codec' }],
    [
      { success: false, error: 'codec', data: { id: 'r1', status: 'failed' } },
      { status: 'failed', reason: 'codec' },
    ],
    [
      { code: 0, data: { status: 'completed', output: { url: 'https://cdn.test/a.mp4' } } },
      { status: 'completed', url: 'https://cdn.test/a.mp4' },
    ],
    [{ success: false, error: 'Render not found' }, { status: 'unknown' }],
    [{ code: 404, message: 'no' }, { status: 'unknown' }],
  ])('reads %j', async (body, render) => {
    await using t = await setup()
    expect(await t.look(200, body)).toEqual(render)
  })

  it('resolves a relative address against the base', async () => {
    await using t = await setup()
    const render = await t.look(200, bare({ status: 'completed', output: { url: '/out/a.mp4' } }))
    expect(render).toEqual({ status: 'completed', url: `${t.upstream.url}/out/a.mp4` })
  })

  it('does not know what the upstream does not know', async () => {
    await using t = await setup()
    expect(await t.look(404, { detail: 'Not Found' })).toEqual({ status: 'unknown' })
  })

  it.each(['{"detail":"No', '', '<html>404</html>'])(
    'knows no render by the status alone, where its words are %j',
    async (body) => {
      await using t = await setup()
      t.upstream.once('poll', (_request, response) => void response.writeHead(404).end(body))
      expect(await t.poll()).toEqual({ status: 'unknown' })
      t.upstream.once('cancel', (_request, response) => void response.writeHead(404).end(body))
      await t.cancel()
    },
  )

  it.each([
    [408, {}, 'unavailable'],
    [429, {}, 'rate_limited'],
    [500, {}, 'unavailable'],
    [502, { success: false, error: 'upstream not found' }, 'unavailable'],
    [401, {}, 'auth'],
    [200, { hello: 1 }, 'unavailable'],
    [200, { code: 429 }, 'rate_limited'],
  ])('throws %i %j as %s, so that the same id is polled again', async (status, body, kind) => {
    await using t = await setup()
    await expect(t.look(status, body)).rejects.toMatchObject({ kind })
  })
})

describe('the cancel of a render', () => {
  it('is done where the upstream does not know it', async () => {
    await using t = await setup()
    await t.cancel()
    t.upstream.refuseOnce('cancel', 404, { success: false, error: 'not found' })
    await t.cancel()
    t.upstream.refuseOnce('cancel', 503, {})
    await expect(t.cancel()).rejects.toMatchObject({ kind: 'unavailable' })
  })
})
