import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../support/manual-clock.ts'
import { ScriptedUpstream } from '../../support/scripted-upstream.ts'
import { clientOf, signal } from './client.ts'
import { rawServer } from './raw-server.ts'

const happy = readFileSync(new URL('../../fixtures/sse/py-happy.txt', import.meta.url))
const session = { taskId: 't', sessionId: '7300000000000000001' }
const MINUTE_MS = 60_000

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n'
const chunked = (body: Buffer) =>
  Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')])
const CHUNKED = Buffer.concat([chunked(happy.subarray(0, 700)), chunked(happy.subarray(700)), Buffer.from('0\r\n\r\n')])
const LOST = { name: 'UpstreamError', kind: 'unavailable', delivery: 'unknown' }

describe('the end of a stream', () => {
  it.each(['', 'connection: keep-alive\r\n', 'connection: close\r\n'])(
    'is clean with its last chunk (%j)',
    async (header) => {
      await using server = await rawServer((socket) => {
        socket.write(`${HEAD}${header}transfer-encoding: chunked\r\n\r\n`)
        socket.write(CHUNKED)
      })
      await using client = clientOf(server.url)
      const reply = await client.sendMessage(session, 'cut', { signal })
      expect(reply.texts).toHaveLength(2)
    },
  )

  const lastByte = CHUNKED.length - 1
  const cuts = [
    0,
    1,
    3,
    4,
    100,
    699,
    703,
    706,
    707,
    happy.length,
    lastByte - 5,
    lastByte - 4,
    lastByte - 3,
    lastByte - 2,
    lastByte - 1,
  ]
  const ways = ['close', 'reset'].flatMap((way) => ['keep-alive', 'close'].map((connection) => ({ way, connection })))
  it.each(ways)(
    'is no end where the socket breaks at any point by $way (connection: $connection)',
    async ({ way, connection }) => {
      for (const cut of cuts) {
        await using server = await rawServer((socket) => {
          const head = `${HEAD}connection: ${connection}\r\ntransfer-encoding: chunked\r\n\r\n`
          const part = Buffer.concat([Buffer.from(head), CHUNKED.subarray(0, cut)])
          socket.write(part, () => (way === 'close' ? socket.end() : socket.resetAndDestroy()))
        })
        await using client = clientOf(server.url)
        await expect(client.sendMessage(session, 'cut', { signal }), `cut at ${cut}`).rejects.toMatchObject(LOST)
      }
    },
  )

  it('is not proven by a close alone', async () => {
    await using server = await rawServer(
      (socket) => void socket.end(Buffer.concat([Buffer.from(`${HEAD}\r\n`), happy])),
    )
    await using client = clientOf(server.url)
    await expect(client.sendMessage(session, 'cut', { signal })).rejects.toMatchObject(LOST)
  })

  it('is proven by a counted length', async () => {
    const head = Buffer.from(`${HEAD}content-length: ${happy.length}\r\n\r\n`)
    await using server = await rawServer((socket) => void socket.write(Buffer.concat([head, happy])))
    await using client = clientOf(server.url)
    expect((await client.sendMessage(session, 'cut', { signal })).texts).toHaveLength(2)
  })

  it('is none where the last chunk comes within an event', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using client = clientOf(upstream.url)
    upstream.on('message', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(happy.subarray(0, 100))
    })
    await expect(client.sendMessage(session, 'cut', { signal })).rejects.toMatchObject(LOST)
  })
})

describe('a refusal instead of a stream', () => {
  it.each([
    [200, { code: 2001, message: 'no credits' }, { kind: 'no_credits', delivery: 'refused' }],
    [404, { detail: 'Session not found' }, { kind: 'session_lost', delivery: 'refused' }],
    [429, {}, { kind: 'rate_limited', delivery: 'refused' }],
    [422, { detail: [] }, { kind: 'rejected', delivery: 'refused' }],
    [500, {}, LOST],
    [200, { code: 0, data: {} }, LOST],
  ])('%i %j', async (status, body, error) => {
    await using upstream = await ScriptedUpstream.start()
    await using client = clientOf(upstream.url)
    upstream.refuseOnce('message', status, body)
    await expect(client.sendMessage(session, 'cut', { signal })).rejects.toMatchObject(error)
    expect(upstream.messages).toHaveLength(1)
  })

  it('is told for a web page', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using client = clientOf(upstream.url)
    upstream.on(
      'message',
      (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    )
    await expect(client.sendMessage(session, 'cut', { signal })).rejects.toMatchObject(LOST)
  })
})

describe('how far a message came', () => {
  it('is unknown where the connection breaks before the answer', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using client = clientOf(upstream.url)
    upstream.dropMessageBeforeApplying()
    await expect(client.sendMessage(session, 'cut', { signal })).rejects.toMatchObject(LOST)
    expect(upstream.messages).toHaveLength(1)
  })

  it.each([
    ['nobody listens', 'http://127.0.0.1:1'],
    ['the name is unknown', 'http://upstream.invalid'],
  ])('is "not sent" where %s', async (_why, url) => {
    await using client = clientOf(url)
    await expect(client.sendMessage(session, 'cut', { signal })).rejects.toMatchObject({
      kind: 'unavailable',
      delivery: 'not_sent',
    })
  })

  it('is "not sent" where TLS fails', async () => {
    await using server = await rawServer(() => undefined)
    await using client = clientOf(server.url.replace('http:', 'https:'))
    const sending = client.sendMessage(session, 'cut', { signal })
    sending.catch(() => undefined)
    await server.contacted()
    server.hangUp()
    await expect(sending).rejects.toMatchObject({ kind: 'unavailable', delivery: 'not_sent' })
  })
})

describe('limits of a stream', () => {
  async function setup(limits: { streamIdleMs: number; streamMaxMs: number }) {
    const clock = new ManualClock()
    const upstream = await ScriptedUpstream.start()
    const client = clientOf(upstream.url, { clock, limits })
    const opened = Promise.withResolvers<(bytes: string) => void>()
    upstream.on('message', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(': open\n\n')
      opened.resolve((bytes) => void response.write(bytes))
    })
    let lives = 0
    const onSignsOfLife = () => void lives++
    const sending = client.sendMessage(session, 'cut', { signal, onSignsOfLife })
    sending.catch(() => undefined)
    const write = await opened.promise
    await expect.poll(() => lives).toBe(1)
    return {
      clock,
      sending,
      /** Writes and waits until the client has seen it. */
      async tell(bytes: string) {
        const seen = lives
        write(bytes)
        await expect.poll(() => lives).toBeGreaterThan(seen)
      },
      [Symbol.asyncDispose]: async () => {
        await client.close()
        await upstream[Symbol.asyncDispose]()
      },
    }
  }

  it('ends one that tells nothing but heartbeats for ten minutes', async () => {
    await using t = await setup({ streamIdleMs: 10 * MINUTE_MS, streamMaxMs: 60 * MINUTE_MS })
    for (let minute = 0; minute < 9; minute++) {
      await t.clock.advance(MINUTE_MS)
      await t.tell('data: heartbeat\n\n')
    }
    await t.clock.advance(MINUTE_MS)
    await expect(t.sending).rejects.toMatchObject({
      ...LOST,
      message: expect.stringMatching(/told nothing for 600000 ms/),
    })
  })

  it('leaves one alone that tells something every nine minutes, until the cap', async () => {
    await using t = await setup({ streamIdleMs: 10 * MINUTE_MS, streamMaxMs: 15 * MINUTE_MS })
    await t.clock.advance(9 * MINUTE_MS)
    await t.tell('data: {"author":"a","content":{"parts":[]}}\n\n')
    await t.clock.advance(5 * MINUTE_MS)
    await t.tell('data: {"author":"a","content":{"parts":[]}}\n\n')
    await t.clock.advance(MINUTE_MS)
    await expect(t.sending).rejects.toMatchObject({
      ...LOST,
      message: expect.stringMatching(/still open after 900000 ms/),
    })
  })

  it('ends one whose answer never begins', async () => {
    await using upstream = await ScriptedUpstream.start()
    const clock = new ManualClock()
    await using client = clientOf(upstream.url, { clock })
    upstream.on('message', () => undefined)
    const sending = client.sendMessage(session, 'cut', { signal })
    sending.catch(() => undefined)
    await upstream.received('message')
    await clock.advance(10 * MINUTE_MS)
    await expect(sending).rejects.toMatchObject(LOST)
  })
})

it('stops reading with the reason of the signal', async () => {
  await using upstream = await ScriptedUpstream.start()
  await using client = clientOf(upstream.url)
  const stop = new AbortController()
  const seen = Promise.withResolvers<void>()
  upstream.on('message', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(': open\n\n')
  })
  const sending = client.sendMessage(session, 'cut', { signal: stop.signal, onSignsOfLife: seen.resolve })
  await seen.promise
  const reason = new Error('canceled')
  stop.abort(reason)
  await expect(sending).rejects.toBe(reason)
})
