import { describe, expect, it } from 'vitest'
import { UpstreamError } from '../../../src/shared/upstream/upstream-error.ts'
import { ScriptedUpstream } from '../../support/scripted-upstream.ts'
import { sendJson, sendText } from '../../support/upstream-world.ts'
import { clientOf, signal } from './client.ts'

const output = { format: 'mp4', quality: 'high' }
const clip = {
  name: 'café "1".mp4',
  contentType: 'video/mp4',
  bytes: 3,
  open: async () => (await import('node:stream')).Readable.from([Buffer.from('abc')]),
}

async function setup() {
  const upstream = await ScriptedUpstream.start()
  const client = clientOf(upstream.url)
  return {
    upstream,
    client,
    [Symbol.asyncDispose]: async () => {
      await client.close()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('the whole way of a clip', () => {
  it('edits, renders and downloads', async () => {
    await using t = await setup()
    const session = await t.client.createSession({ language: 'en' }, { signal })
    await t.client.upload(session, clip, { signal })
    const reply = await t.client.sendMessage(session, 'add a title', { signal })
    const { draft } = await t.client.state(session, { signal })
    const { renderId } = await t.client.startRender(
      { renderId: 'render_1', session, draft: draft ?? '', output },
      { signal },
    )
    const render = await t.client.getRender(renderId, { signal })
    const video = await t.client.download(render.status === 'completed' ? render.url : '', { signal })

    expect(reply.texts).toEqual(['Added add a title.\nPreview it in the timeline or click Export.'])
    expect(t.upstream.messages).toEqual(['add a title'])
    expect(Buffer.concat(await Array.fromAsync(video.body))).toEqual(t.upstream.world.output)
    expect(await t.client.credits({ signal })).toEqual({ available: 950, frozen: 0, total: 950 })
  })

  it('says who it is on each call, in snake_case bodies', async () => {
    await using t = await setup()
    const session = await t.client.createSession({ language: 'zh-CN' }, { signal })
    await t.client.upload(session, clip, { signal })
    await t.client.sendMessage(session, 'cut', { signal })
    await t.client.startRender({ renderId: 'r', session, draft: '{}', output }, { signal })
    await t.client.getRender('r', { signal })
    await t.client.cancelRender('r', { signal })
    await t.client.claimUrl(session, { signal })
    await t.client.credits({ signal })

    for (const { headers, route } of t.upstream.requests) {
      expect(headers, route).toMatchObject({
        authorization: 'Bearer nmv_usr_configured',
        'x-skill-source': 'clipyard',
        'x-skill-version': '1.2.3',
        'x-skill-platform': 'unknown',
      })
    }
    expect(t.upstream.requestsOf('session')[0]?.json()).toEqual({ task_name: 'project', language: 'zh-CN' })
    const [message] = t.upstream.requestsOf('message')
    expect(message?.headers.accept).toBe('text/event-stream')
    expect(message?.json()).toEqual({
      app_name: 'nemo_agent',
      user_id: 'me',
      session_id: session.sessionId,
      new_message: { parts: [{ text: 'cut' }] },
    })
  })
})

describe('numbers above 2^53', () => {
  it('keeps a session id that came as a bare number', async () => {
    await using t = await setup()
    t.upstream.on('session', (_request, response) =>
      sendText(response, '{"code":0,"data":{"task_id":9007199254740993,"session_id":7300000000000000123}}'),
    )
    const session = await t.client.createSession({ language: null }, { signal })
    expect(session).toEqual({ taskId: '9007199254740993', sessionId: '7300000000000000123' })
  })

  it('sends a draft back verbatim', async () => {
    await using t = await setup()
    const draft = '{ "t":[],\t"rev":9007199254740993127, "x":1.50, "u":"\\u00e9", "d" : 0}'
    t.upstream.on('state', (_request, response) =>
      sendText(response, `{"code":0,"data":{"state":{"a":{"draft":1},"draft": ${draft} ,"z":[{}]}}}`),
    )
    const session = { taskId: 't', sessionId: '7300000000000000123' }
    const state = await t.client.state(session, { signal })
    expect(state.draft).toBe(draft)
    await t.client.startRender({ renderId: 'render_"1', session, draft, output }, { signal })
    const [sent] = t.upstream.requestsOf('render')
    expect(sent?.body.toString()).toContain(`"draft":${draft},`)
    expect(sent?.json()).toMatchObject({ id: 'render_"1', sessionId: '7300000000000000123', output })
  })
})

describe('state', () => {
  const session = { taskId: 't', sessionId: '1' }

  it.each([
    '{}',
    '{"state":null}',
    '{"state":{}}',
    '{"state":{"draft":null}}',
    '{"state":{"draft":{}}}',
    '{"state":{"draft":""}}',
    'null',
  ])('has no draft in %s', async (data) => {
    await using t = await setup()
    t.upstream.on('state', (_request, response) => sendText(response, `{"code":0,"data":${data}}`))
    expect(await t.client.state(session, { signal })).toMatchObject({ draft: null, userId: null })
  })

  it.each([
    '{"code":0,"data":{"user_id":"anon_7","state":{"draft":{"t":[1]}}}}',
    '{"success":true,"data":{"user_id":"anon_7","state":{"draft":{"t":[1]}}}}',
    '{"user_id":"anon_7","state":{"draft":{"t":[1]}}}',
  ])('opens the envelope %s', async (body) => {
    await using t = await setup()
    t.upstream.on('state', (_request, response) => sendText(response, body))
    expect(await t.client.state(session, { signal })).toMatchObject({ draft: '{"t":[1]}', userId: 'anon_7' })
  })
})

it('tells the canvas that stands beside the draft', async () => {
  await using t = await setup()
  const state = '{"draft":{"t":[]},"canvas_config":{"width":1080,"height":1920}}'
  t.upstream.on('state', (_request, response) => sendText(response, `{"code":0,"data":{"state":${state}}}`))
  const { canvas } = await t.client.state({ taskId: 't', sessionId: '1' }, { signal })
  expect(canvas).toEqual({ width: 1080, height: 1920 })
})

describe('credits', () => {
  it.each([
    [
      { available: 1, frozen: 2, total: 3 },
      { available: 1, frozen: 2, total: 3 },
    ],
    [{ available: '1.5' }, { available: 1.5, frozen: 0, total: 1.5 }],
    [
      { available: 0, frozen: 7 },
      { available: 0, frozen: 7, total: 7 },
    ],
  ])('reads %j', async (data, credits) => {
    await using t = await setup()
    t.upstream.on('credits', (_request, response) => sendJson(response, 200, { code: 0, data }))
    expect(await t.client.credits({ signal })).toEqual(credits)
  })

  it('takes no answer for a balance that has none', async () => {
    await using t = await setup()
    t.upstream.on('credits', (_request, response) => sendJson(response, 200, { code: 0, data: { total: 'lots' } }))
    await expect(t.client.credits({ signal })).rejects.toMatchObject({ kind: 'unavailable', delivery: 'unknown' })
  })
})

describe('a claim link', () => {
  it('holds the claim token, not the account token', async () => {
    await using t = await setup()
    const url = await t.client.claimUrl({ taskId: 't', sessionId: 's' }, { signal })
    expect(url).toBe('https://nemovideo.com/workspace/claim?ct=clm_1')
    expect(t.upstream.requestsOf('claim')[0]?.json()).toEqual({ task_id: 't', session_id: 's' })
  })
})

describe('stopping', () => {
  it('rejects with the reason of the signal, also while the answer is awaited', async () => {
    await using t = await setup()
    t.upstream.on('credits', () => undefined)
    const stop = new AbortController()
    const call = t.client.credits({ signal: stop.signal })
    await t.upstream.received('credits')
    const reason = new Error('shutdown')
    stop.abort(reason)
    await expect(call).rejects.toBe(reason)
    await expect(t.client.credits({ signal: stop.signal })).rejects.toBe(reason)
  })

  it('says in each error what was asked, what came, and in whose words', async () => {
    await using t = await setup()
    t.upstream.refuseOnce('credits', 200, { code: 1234, message: 'closed on Sundays' })
    const error: unknown = await t.client.credits({ signal }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UpstreamError)
    expect(error).toMatchObject({
      message: 'The upstream refused: credits (HTTP 200, code 1234): closed on Sundays',
      words: { status: 200, code: 1234, message: 'closed on Sundays' },
    })
  })
})
