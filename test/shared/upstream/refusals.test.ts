import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openEnvelope } from '../../../src/shared/upstream/envelope.ts'
import { retryAfterMs } from '../../../src/shared/upstream/refusal.ts'
import { UpstreamError } from '../../../src/shared/upstream/upstream-error.ts'
import { ScriptedUpstream } from '../../support/scripted-upstream.ts'
import { clientOf, signal } from './client.ts'

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/sse/${name}`, import.meta.url), 'utf8')
const failureOf = (status: number, body: unknown) => {
  try {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return openEnvelope('test', { status, text, retryAfterMs: null }).failure
  } catch (error) {
    if (error instanceof UpstreamError) return error
    throw error
  }
}

const HTML = '<html><body>502 Bad Gateway</body></html>'

describe('what a refusal means', () => {
  it.each([
    [200, { code: 1001, message: 'token expired' }, 'auth', 'refused'],
    [401, { code: 1001 }, 'auth', 'refused'],
    [401, '', 'auth', 'refused'],
    [200, { code: '1001' }, 'auth', 'refused'],
    [200, { code: 401 }, 'auth', 'refused'],
    [200, { code: 1002 }, 'session_lost', 'refused'],
    [404, { code: 1002 }, 'session_lost', 'refused'],
    [404, fixture('py-nosession.txt'), 'session_lost', 'refused'],
    [200, fixture('py-nosession.txt'), 'session_lost', 'refused'],
    [200, { success: false, error: 'Session 12 does not exist' }, 'session_lost', 'refused'],
    [200, { code: 2001 }, 'no_credits', 'refused'],
    [402, { code: 2001 }, 'no_credits', 'refused'],
    [200, { code: 4001 }, 'unsupported_file', 'refused'],
    [200, { code: 4002 }, 'file_too_large', 'refused'],
    [413, HTML, 'file_too_large', 'refused'],
    [402, { message: 'upgrade' }, 'export_blocked', 'refused'],
    [200, { code: 402 }, 'export_blocked', 'refused'],
    [402, HTML, 'export_blocked', 'refused'],
    [429, '', 'rate_limited', 'refused'],
    [200, { code: 429, message: 'slow down' }, 'rate_limited', 'refused'],
    [429, { success: false, error: 'slow down' }, 'rate_limited', 'refused'],
    [422, fixture('py-missingfield.txt'), 'rejected', 'refused'],
    [200, fixture('py-missingfield.txt'), 'rejected', 'unknown'],
    [400, { code: 400, message: 'no client id' }, 'rejected', 'refused'],
    [403, HTML, 'rejected', 'refused'],
    [404, HTML, 'rejected', 'refused'],
    [404, { detail: 'Not Found' }, 'rejected', 'refused'],
    [408, '', 'unavailable', 'refused'],
    [200, { success: false, error: 'no' }, 'rejected', 'unknown'],
    [200, { error: 'no' }, 'rejected', 'unknown'],
    [200, { code: 9999, message: 'no' }, 'rejected', 'unknown'],
    [500, { detail: 'Internal Server Error' }, 'unavailable', 'unknown'],
    [500, { code: 1001 }, 'auth', 'refused'],
    [502, HTML, 'unavailable', 'unknown'],
    [503, '', 'unavailable', 'unknown'],
    [200, { code: 503 }, 'unavailable', 'unknown'],
    [200, HTML, 'unavailable', 'unknown'],
    [200, '', 'unavailable', 'unknown'],
    [200, '[1]', 'unavailable', 'unknown'],
    [200, '{"code":0,', 'unavailable', 'unknown'],
    [302, '', 'unavailable', 'unknown'],
  ])('%i %j is %s, %s', (status, body, kind, delivery) => {
    expect(failureOf(status, body)).toMatchObject({ kind, delivery })
  })

  it.each([
    [200, { code: 0, data: { a: 1 } }, { a: 1 }],
    [200, { code: '0', data: { a: 1 } }, { a: 1 }],
    [200, { code: 0, data: null }, {}],
    [201, { success: true, data: { a: 1 } }, { a: 1 }],
    [200, { a: 1 }, { a: 1 }],
    [200, { taskId: 'x', status: 'failed', error: 'codec' }, { taskId: 'x', status: 'failed', error: 'codec' }],
  ])('%i %j is a success', (status, body, data) => {
    expect(openEnvelope('test', { status, text: JSON.stringify(body), retryAfterMs: null })).toMatchObject({
      failure: null,
      data,
    })
  })

  it('tells the fields of a 422', () => {
    expect(failureOf(422, fixture('py-missingfield.txt'))?.words.message).toBe('body.sessionId: Field required')
  })
})

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  it.each([
    ['7', 7000],
    ['0.5', 500],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', null],
    ['', null],
    [undefined, null],
  ])('%j is %j ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms)
  })

  it('reaches the error', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using client = clientOf(upstream.url)
    upstream.refuseOnce('credits', 429, {}, { 'retry-after': '7' })
    await expect(client.credits({ signal })).rejects.toMatchObject({ kind: 'rate_limited', retryAfterMs: 7000 })
  })
})

describe('answers of a broken upstream', () => {
  it('stops reading one that is too large', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using client = clientOf(upstream.url)
    upstream.on('credits', async (_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ')
      const closed = once(response, 'close')
      response.writeHead(200, { 'content-type': 'application/json' })
      while (!response.destroyed) {
        if (!response.write(chunk)) await Promise.race([once(response, 'drain'), closed])
      }
    })
    await expect(client.credits({ signal })).rejects.toThrow(/larger than 67108864 bytes/)
  })

  it('keeps a refusal whose text breaks off', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using client = clientOf(upstream.url)
    upstream.once('credits', (_request, response) => {
      response.writeHead(429, { 'content-type': 'application/json', 'content-length': 100 })
      response.write('{"code"', () => response.destroy())
    })
    await expect(client.credits({ signal })).rejects.toMatchObject({ kind: 'rate_limited', delivery: 'refused' })
  })

  it('tells an answer that breaks off as unknown', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using client = clientOf(upstream.url)
    upstream.once('credits', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
      response.write('{"code"', () => response.destroy())
    })
    await expect(client.credits({ signal })).rejects.toMatchObject({ kind: 'unavailable', delivery: 'unknown' })
  })
})
