import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flashAndBeepClip } from '../support/clips.ts'
import { readEvents, setupEngine, textsOf } from '../support/engine-client.ts'

type Engine = Awaited<ReturnType<typeof setupEngine>>

let engine: Engine
let clip: string

beforeAll(async () => {
  engine = await setupEngine({ credits: 100_000 })
  clip = await flashAndBeepClip(engine.file('clip.mp4'), { seconds: 4, beepMs: 300 })
})
afterAll(() => engine[Symbol.asyncDispose]())

const aSessionWithAClip = async () => {
  const sessionId = await engine.session()
  await engine.upload(sessionId, clip)
  return sessionId
}

describe('tokens', () => {
  const ask = (headers: Record<string, string>) => engine.call('/api/auth/anonymous-token', { method: 'POST', headers })

  it('gives a token for seven days to a client id', async () => {
    const { status, body } = await ask({ 'x-client-id': randomUUID() })
    const data = body['data'] as { token: string; user_id: string; expires_at: string }
    expect(status).toBe(200)
    expect(body['code']).toBe(0)
    expect(data.token).toMatch(/^nmv_usr_/)
    expect(data.user_id).toMatch(/^anon_/)
    expect(Date.parse(data.expires_at) - Date.now()).toBeGreaterThan(6.9 * 86_400_000)
  })

  it('asks for the client id', async () => {
    expect((await ask({})).status).toBe(400)
    expect((await ask({ 'x-client-id': 'x'.repeat(65) })).status).toBe(400)
  })

  it('gives one token per client id in seven days', async () => {
    expect(await ask({ 'x-client-id': engine.clientId })).toMatchObject({ status: 429, body: { code: 429 } })
  })

  it.each(['Bearer nmv_usr_unknown', 'Basic x', ''])(
    'answers 1001 with HTTP 200 to the authorization "%s"',
    async (authorization) => {
      const { status, body } = await engine.call('/api/credits/balance/simple', { headers: { authorization } })
      expect([status, body['code']]).toEqual([200, 1001])
    },
  )
})

describe('sessions', () => {
  it('numbers sessions with 19 digits, which no number holds', async () => {
    const sessionId = await engine.session()
    expect(sessionId).toMatch(/^\d{19}$/)
    expect(String(Number(sessionId)) === sessionId && Number.isSafeInteger(Number(sessionId))).toBe(false)
  })

  it('has a state without a draft at first', async () => {
    const { body } = await engine.call(`/api/state/nemo_agent/me/${await engine.session()}/latest`)
    expect(body).toMatchObject({ code: 0, data: { state: { video_infos: [], generated_media: [] } } })
    expect((body['data'] as { state: object }).state).not.toHaveProperty('draft')
  })

  it('answers 1002 for a session that is not there', async () => {
    const unknown = '1234567890123456789'
    const state = await engine.call(`/api/state/nemo_agent/me/${unknown}/latest`)
    const upload = await engine.upload(unknown, clip)
    const claim = await engine.post('/api/auth/claim-token', { task_id: '1', session_id: unknown })
    for (const { status, body } of [state, upload, claim]) expect([status, body['code']]).toEqual([200, 1002])
  })

  it("answers 1002 for another user's session", async () => {
    const sessionId = await engine.session()
    const made = await engine.call('/api/auth/anonymous-token', {
      method: 'POST',
      headers: { 'x-client-id': randomUUID() },
    })
    const authorization = `Bearer ${(made.body['data'] as { token: string }).token}`
    const { body } = await engine.call(`/api/state/nemo_agent/me/${sessionId}/latest`, { headers: { authorization } })
    expect(body['code']).toBe(1002)
  })

  it('gives a claim link for a week', async () => {
    const { body } = await engine.post('/api/auth/claim-token', { task_id: '1', session_id: await engine.session() })
    expect(body).toMatchObject({ code: 0, data: { claim_token: expect.stringMatching(/^clm_/), expires_in: 604_800 } })
  })
})

describe('uploads', () => {
  it('tells what was uploaded and puts it on the timeline', async () => {
    const sessionId = await engine.session()
    const { body } = await engine.upload(sessionId, clip, 'city timelapse.mp4')
    const [file] = (body['data'] as { files: object[] }).files
    expect(body).toMatchObject({ code: 0, data: { session_state_applied: true } })
    expect(file).toMatchObject({
      filename: 'city timelapse.mp4',
      file_type: 'video',
      duration: 4,
      width: 320,
      height: 180,
      fps: 30,
    })
    expect(await engine.draft(sessionId)).toMatchObject({
      t: [{ tt: 0, sg: [{ s: 0, d: 4_000, m: { name: 'city timelapse.mp4' } }] }],
      d: 4_000,
    })
  })

  it('takes the same content once', async () => {
    const sessionId = await aSessionWithAClip()
    await engine.upload(sessionId, clip, 'again.mp4')
    expect((await engine.draft(sessionId))?.t[0]?.sg).toHaveLength(1)
  })

  it('refuses a body without files', async () => {
    const form = new FormData()
    form.append('file', 'x')
    const path = `/api/upload-video/nemo_agent/me/${await engine.session()}`
    expect((await engine.call(path, { method: 'POST', body: form })).status).toBe(400)
    expect((await engine.post(path, { urls: ['file:///etc/passwd'], source_type: 'url' })).status).toBe(400)
  })
})

describe('messages', () => {
  /** Names of members, in order, all the way down. */
  const shape = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shape)
    if (typeof value !== 'object' || value === null) return typeof value
    return Object.entries(value).map(([key, inner]) => [
      key,
      ['args', 'response', 'stateDelta'].includes(key) ? '…' : shape(inner),
    ])
  }
  const capture = async (name: string) =>
    readEvents(await readFile(new URL(`../fixtures/sse/${name}`, import.meta.url), 'utf8'))

  it('speaks with the very members of the real server, in their order', async () => {
    const events = await engine.say(await aSessionWithAClip(), 'trim silences')
    expect(events.map(shape)).toEqual((await capture('py-happy.txt')).map(shape))
  })

  it('says nothing at all where only a text was added, as the real server may', async () => {
    const events = await engine.say(await aSessionWithAClip(), "add the text 'Paradise Found'")
    expect(events.map(shape)).toEqual((await capture('py-silent.txt')).map(shape))
  })

  it('frames events as the real server does, byte for byte around the JSON', async () => {
    const response = await engine.message(await aSessionWithAClip(), 'trim silences')
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const body = await response.text()
    expect(body).toMatch(/^(data: \{.*\}\n\n)+$/)
    expect(body).toMatch(/"invocationId":"e-[0-9a-f-]{36}"/)
    expect(body).toMatch(/"id":"adk-[0-9a-f-]{36}","args"/)
    expect(body).toMatch(/"id":"[A-Za-z0-9]{8}","timestamp":\d{10}\.?\d*\}\n\n$/)
  })

  it('answers a missing session and a missing field like the real server', async () => {
    const message = { app_name: 'nemo_agent', user_id: 'me', new_message: { parts: [{ text: 'x' }] } }
    const missing = await engine.post('/run_sse', message)
    const captured: unknown = JSON.parse(
      await readFile(new URL('../fixtures/sse/py-missingfield.txt', import.meta.url), 'utf8'),
    )
    expect(missing).toEqual({ status: 422, body: captured })
    const unknown = await engine.post('/run_sse', { ...message, session_id: '1' })
    expect(unknown).toEqual({ status: 404, body: { detail: 'Session not found' } })
  })

  it('names what it cannot do, does the rest, and leaves the timeline alone where nothing is left', async () => {
    const sessionId = await aSessionWithAClip()
    const before = await engine.draft(sessionId)
    const refused = textsOf(await engine.say(sessionId, 'add transitions'))
    expect(refused.join()).toContain("I can't do this yet: 'add transitions'")
    expect(await engine.draft(sessionId)).toEqual(before)
    const rest = textsOf(await engine.say(sessionId, 'trim the first second and add transitions'))
    expect(rest.join()).toContain("I can't do this yet: 'add transitions'")
    expect((await engine.draft(sessionId))?.d).toBe(3_000)
  })

  it.each([
    ['keep from 0:10 to 0:20', 'there is nothing at 10.0s'],
    ['remove from 0:03 to 0:01', 'is no stretch of time'],
    ['trim the first 10 seconds', 'leave nothing'],
    ["add text 'x' at 0:10", "can't start at 10.0s"],
    ['keep the first 1 s and remove the first 2 s', 'leave nothing'],
  ])('tells why "%s" makes no sense, and changes nothing', async (instruction, reason) => {
    const sessionId = await aSessionWithAClip()
    const before = await engine.draft(sessionId)
    expect(textsOf(await engine.say(sessionId, instruction)).join()).toContain(reason)
    expect(await engine.draft(sessionId)).toEqual(before)
  })

  it('makes the edit even if the client goes away', async () => {
    const sessionId = await aSessionWithAClip()
    const gone = new AbortController()
    const response = await engine.message(sessionId, 'trim silences', gone.signal)
    gone.abort()
    await response.text().catch(() => undefined)
    // The session does one thing after the other: once this is answered, the message before it is through.
    await engine.say(sessionId, 'make it rain')
    expect((await engine.draft(sessionId))?.t[0]?.sg).toHaveLength(4)
  })

  it('does the messages of one session one after the other', async () => {
    const sessionId = await aSessionWithAClip()
    await Promise.all([1, 2, 3].map(() => engine.say(sessionId, 'trim the first second')))
    expect((await engine.draft(sessionId))?.d).toBe(1_000)
  })
})
