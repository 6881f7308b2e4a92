import { afterAll, beforeAll, expect, it } from 'vitest'
import { flashAndBeepClip } from '../support/clips.ts'
import { ATTRIBUTION, setupEngine } from '../support/engine-client.ts'

let engine: Awaited<ReturnType<typeof setupEngine>>
let clip: string

beforeAll(async () => {
  engine = await setupEngine()
  clip = await flashAndBeepClip(engine.file('clip.mp4'), { seconds: 4 })
})
afterAll(() => engine[Symbol.asyncDispose]())

const aSessionWithAClip = async () => {
  const sessionId = await engine.session()
  await engine.upload(sessionId, clip)
  return sessionId
}

it('accepts a render, tells of its progress and gives a link that needs no token', async () => {
  const sessionId = await aSessionWithAClip()
  const { id, body } = await engine.render(sessionId)
  expect(body).toEqual({ success: true, data: { id, status: 'pending', progress: 5 } })
  const done = await engine.reached(id, 'completed')
  expect(done).toEqual({
    taskId: id,
    status: 'completed',
    progress: 100,
    output: { url: expect.stringMatching(/\/outputs\/[\w-]{32}\.mp4$/), duration: 4, size: expect.any(Number) },
  })
  const { url, size } = done['output'] as { url: string; size: number }
  const whole = Buffer.from(await (await fetch(url)).arrayBuffer())
  expect(whole.length).toBe(size)
  const part = await fetch(url, { headers: { range: 'bytes=100-199' } })
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${size}`])
  expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(100, 200))
  const head = await fetch(url, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length'), head.headers.get('content-type')]).toEqual([
    200,
    `${size}`,
    'video/mp4',
  ])
})

it('refuses an id that was used before', async () => {
  const sessionId = await aSessionWithAClip()
  const { id } = await engine.render(sessionId)
  expect(await engine.render(sessionId, { id })).toMatchObject({
    status: 200,
    body: { success: false, error: expect.stringContaining('already exists') },
  })
  await engine.reached(id, 'completed')
})

it('refuses a draft with nothing on it', async () => {
  const sessionId = await engine.session()
  for (const draft of [null, {}, { t: [] }, { t: [{ tt: 0, sg: [] }] }, 'x']) {
    expect((await engine.render(sessionId, { draft })).body).toMatchObject({ success: false })
  }
})

it('fails a draft whose clip it does not have, with the reason', async () => {
  const draft = {
    t: [{ tt: 0, sg: [{ d: 1_000, m: { clip: 'a'.repeat(64), in: 0, out: 1_000 } }] }],
    canvas_config: { width: 320, height: 180, fps_num: 30, fps_den: 1 },
  }
  const { id } = await engine.render(await engine.session(), { draft })
  const failed = await engine.reached(id, 'failed')
  expect(failed['error']).toContain('not known here')
})

it.each(Object.keys(ATTRIBUTION))('does not export without the header %s', async (name) => {
  const headers = { ...engine.headers(), 'content-type': 'application/json' }
  const kept = Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name))
  const body = JSON.stringify({ id: 'r', sessionId: await engine.session(), draft: {} })
  const response = await fetch(`${engine.url()}/api/render/proxy/lambda`, { method: 'POST', headers: kept, body })
  expect(response.status).toBe(402)
})

it('knows no render of another id', async () => {
  expect(await engine.poll('render_0')).toEqual({ status: 404, body: { success: false, error: 'Render not found' } })
  const canceled = await engine.post('/api/render/proxy/lambda/render_0/cancel', {})
  expect(canceled.status).toBe(404)
})

it('serves nothing but outputs', async () => {
  for (const name of ['..%2Faccounts', '%2e%2e/renders', 'x.mp4']) {
    expect((await fetch(`${engine.url()}/outputs/${name}`)).status).toBe(404)
  }
})
