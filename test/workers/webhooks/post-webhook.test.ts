import type { RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { Secret } from '../../../src/shared/config/secret.ts'
import { AddressGuard } from '../../../src/shared/net/address-guard.ts'
import { systemClock } from '../../../src/shared/time/clock.ts'
import { postWebhook } from '../../../src/workers/webhooks/post-webhook.ts'
import { receiver } from '../../shared/net/receiver.ts'

const SECRET = `whsec_${Buffer.from('a secret of twenty-four!').toString('base64')}`
const MESSAGE = { id: 'evt_1', body: '{"type":"job.succeeded","data":{"name":"ä"}}', secret: new Secret(SECRET) }

async function setup(answer: RequestListener) {
  const server = await receiver(answer)
  const guard = new AddressGuard(['127.0.0.0/8'])
  const deps = { guard, clock: systemClock, userAgent: 'clipyard/1', timeoutMs: 15_000 }
  const post = (wanted: { url?: string; timeoutMs?: number; signal?: AbortSignal } = {}) => {
    const { url = server.url, timeoutMs = 15_000, signal = new AbortController().signal } = wanted
    return postWebhook({ ...deps, timeoutMs }, { ...MESSAGE, url }, signal)
  }
  return {
    server,
    post,
    async [Symbol.asyncDispose]() {
      await guard.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

it.each([200, 201, 202, 204])('takes status %i for success', async (status) => {
  await using t = await setup((_request, response) => response.writeHead(status).end())

  expect(await t.post()).toMatchObject({ outcome: 'succeeded', tried: { status, error: null } })
})

it.each([
  [301, 'HTTP 301 (redirects are not followed)'],
  [302, 'HTTP 302 (redirects are not followed)'],
  [307, 'HTTP 307 (redirects are not followed)'],
  [400, 'HTTP 400'],
  [404, 'HTTP 404'],
  [500, 'HTTP 500'],
])('tries again after status %i', async (status, error) => {
  await using t = await setup((_request, response) => response.writeHead(status, { location: '/other' }).end())

  expect(await t.post()).toMatchObject({ outcome: 'again', tried: { status, error } })
  expect(t.server.requests).toHaveLength(1)
})

it('takes 410 for the end', async () => {
  await using t = await setup((_request, response) => response.writeHead(410).end())

  expect(await t.post()).toMatchObject({ outcome: 'over', tried: { error: 'HTTP 410 (gone: nothing more is sent)' } })
})

it.each([
  ['120', 120_000],
  ['0', 0],
  ['999999', 86_400_000],
  [new Date(Date.now() + 3_600_000).toUTCString(), 3_600_000],
])('tells that Retry-After asked for %s', async (header, ms) => {
  await using t = await setup((_request, response) => response.writeHead(503, { 'retry-after': header }).end())

  const { retryAfterMs } = await t.post()

  expect(Math.abs(retryAfterMs! - ms)).toBeLessThan(2_000)
})

it('signs each try at its own time, in the way of Standard Webhooks', async () => {
  await using t = await setup((_request, response) => response.end())

  await t.post()

  const headers = t.server.requests[0]!.headers as Record<string, string>
  expect(new Webhook(SECRET).verify(MESSAGE.body, headers)).toMatchObject({ data: { name: 'ä' } })
  expect(headers['webhook-id']).toBe('evt_1')
  expect(() => new Webhook(SECRET).verify(`${MESSAGE.body} `, headers)).toThrow('No matching signature')
})

it('keeps a short start of what a receiver says, on one line', async () => {
  await using t = await setup((_request, response) =>
    response.writeHead(500).end(`broken\n\u0007<b>${'x'.repeat(900)}`),
  )

  const { tried } = await t.post()

  expect(tried.error).toMatch(/^HTTP 500: broken <b>x+$/)
  expect(tried.error!.length).toBeLessThan(220)
})

it('does not read an answer without end', async () => {
  await using t = await setup((_request, response) => {
    response.writeHead(500)
    pipeline(Readable.from(endless()), response).catch(() => undefined)
  })

  expect(await t.post()).toMatchObject({ outcome: 'again', tried: { status: 500 } })
})

it('takes a success whose body never ends for a success', async () => {
  await using t = await setup((_request, response) => void response.writeHead(200).write('ok'))

  expect(await t.post({ timeoutMs: 100 })).toMatchObject({ outcome: 'succeeded', tried: { status: 200 } })
})

it('gives up on a receiver that says nothing', async () => {
  await using t = await setup(() => undefined)

  const { outcome, tried } = await t.post({ timeoutMs: 100 })

  expect(outcome).toBe('again')
  expect(tried).toMatchObject({ status: null, error: 'no answer within 0.1 s' })
  expect(tried.ms).toBeGreaterThan(90)
})

it.each([
  ['http://127.0.0.1:1/', 'again', 'it refused the connection (ECONNREFUSED)'],
  ['http://10.0.0.1/', 'again', 'lies in 10.0.0.0/8 (private)'],
  ['not a URL', 'over', 'Expected a URL'],
])('says in words why %s was not reached', async (url, outcome, words) => {
  await using t = await setup(() => undefined)

  const result = await t.post({ url })

  expect(result).toMatchObject({ outcome, tried: { status: null, error: expect.stringContaining(words) } })
})

it('says that TLS failed, and that a connection broke', async () => {
  await using t = await setup((_request, response) => void response.destroy())

  expect((await t.post({ url: t.server.url.replace('http:', 'https:') })).tried.error).toContain('TLS failed')
  expect((await t.post()).tried.error).toContain('the connection broke')
})

it('throws the reason of an abort: that is no try', async () => {
  const stop = new AbortController()
  await using t = await setup(() => stop.abort(new Error('shutdown')))

  const post = t.post({ signal: stop.signal })

  await expect(post).rejects.toThrow('shutdown')
})

function* endless(): Generator<string> {
  for (;;) yield 'x'.repeat(10_000)
}
