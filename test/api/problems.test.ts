import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { StorageError } from '../../src/shared/storage/storage.ts'
import { JobStore } from '../../src/shared/jobs/job-store.ts'
import { KeyStore } from '../../src/shared/tenants/key-store.ts'
import { freePort } from '../support/free-port.ts'
import { LogSpy } from '../support/log-spy.ts'
import { API_KEY, testApi } from './support/test-api.ts'

const REQUEST_ID = /^req_[0-9A-Z]{26}$/

it('tells a problem with all members of the contract', async () => {
  await using t = await testApi()

  const reply = await t.call({
    method: 'POST',
    url: '/v1/jobs?x=1',
    payload: { output: { quality: 'best' }, instruction: 'a' },
  })

  expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(reply.json()).toEqual({
    type: 'https://clipyard.test/docs/errors#validation_failed',
    title: 'The request does not match its schema',
    status: 422,
    detail: '#/output/quality: Expected one of low, medium, high; got "best"',
    instance: '/v1/jobs',
    code: 'validation_failed',
    request_id: reply.headers['x-request-id'],
    retryable: false,
    errors: [
      { pointer: '#/output/quality', code: 'invalid_value', detail: 'Expected one of low, medium, high; got "best"' },
    ],
  })
})

it('links each problem to a page that explains its code', async () => {
  await using t = await testApi()
  const { type } = (await t.call({ url: '/v1/nothing' })).json()
  const { pathname, hash } = new URL(type)

  const page = await t.app.inject({ url: pathname })

  expect(page.body).toContain(`id="${hash.slice(1)}"`)
})

const json = { 'content-type': 'application/json' }

it.each([
  ['a body that is no JSON', { payload: '{"instruction":', headers: json }, 400, 'malformed_json'],
  ['an empty body', { payload: '', headers: json }, 400, 'malformed_json'],
  ['a member that would reach a prototype', { payload: '{"__proto__":{}}', headers: json }, 400, 'malformed_json'],
  ['plain text', { payload: 'hello', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
  ['a type that is none', { payload: 'hello', headers: { 'content-type': 'nonsense' } }, 415, 'unsupported_media_type'],
  ['more than 1 MiB', { payload: `"${'a'.repeat(1_048_576)}"`, headers: json }, 413, 'payload_too_large'],
  ['a list', { payload: '[]', headers: json }, 422, 'validation_failed'],
  ['nothing at all', {}, 422, 'validation_failed'],
  [
    'a form without a boundary',
    { payload: 'x', headers: { 'content-type': 'multipart/form-data' } },
    400,
    'malformed_json',
  ],
])('refuses %s', async (_what, body, status, code) => {
  await using t = await testApi()

  const reply = await t.call({ method: 'POST', url: '/v1/jobs', ...body })

  expect([reply.statusCode, reply.json().code]).toEqual([status, code])
  expect(reply.headers['x-request-id']).toMatch(REQUEST_ID)
})

it('names the types that it takes', async () => {
  await using t = await testApi()
  const reply = await t.call({ method: 'POST', url: '/v1/jobs', payload: 'a', headers: { 'content-type': 'text/xml' } })

  expect(reply.json().detail).toContain('application/json or multipart/form-data')
})

it.each([
  ['/v1/jobs', 'DELETE', 'GET, HEAD, POST'],
  ['/v1/jobs/job_01', 'PUT', 'GET, HEAD'],
  ['/healthz', 'POST', 'GET, HEAD'],
] as const)('tells on %s which methods there are instead of %s', async (url, method, allow) => {
  await using t = await testApi()

  const reply = await t.app.inject({ method, url })

  expect([reply.statusCode, reply.json().code]).toEqual([405, 'method_not_allowed'])
  expect(String(reply.headers['allow']).split(', ').sort().join(', ')).toBe(allow)
})

it.each(['/nowhere', '/v1/nowhere', '/v1/jobs/a/b', '/%zz', `/v1/jobs/${'a'.repeat(300)}`])(
  'finds nothing at %s',
  async (url) => {
    await using t = await testApi()

    const reply = await t.call({ url })

    expect([reply.statusCode, reply.json().code]).toEqual([404, 'not_found'])
    expect(reply.headers['x-request-id']).toBe(reply.json().request_id)
  },
)

it.each([
  ['no HTTP', 'hello\r\n\r\n', '400'],
  [
    'a body in broken chunks',
    `POST /v1/jobs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${API_KEY}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    '400',
  ],
  ['headers without end', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, '413'],
])('answers %s with a problem and a request id', async (_what, sent, status) => {
  await using t = await testApi()
  const { port } = new URL(await t.listen())
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')

  socket.write(sent)
  const answer = await text(socket)

  expect(answer).toContain(`HTTP/1.1 ${status} `)
  expect(answer).toMatch(/x-request-id: req_[0-9A-Z]{26}\r\n/i)
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
    status: Number(status),
    request_id: expect.stringMatching(REQUEST_ID),
  })
})

it('says "unavailable" with Retry-After while Redis is away, and that only', async () => {
  await using t = await testApi()
  const away = new Redis({
    port: await freePort(),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 1_000,
  })
  away.on('error', () => undefined)
  const { keys, clock } = t.deps
  const lost = {
    redis: away,
    jobs: new JobStore({ redis: away, keys, clock, leaseMs: 1 }),
    apiKeys: new KeyStore({ redis: away, keys }),
  }
  await using cut = await testApi(lost)

  const reply = await cut.call({ url: '/v1/jobs' })
  away.disconnect()

  expect([reply.statusCode, reply.json().code, reply.json().retryable]).toEqual([503, 'unavailable', true])
  expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
})

it.each([
  'OOM command not allowed when used memory > maxmemory.',
  "READONLY You can't write against a read only replica.",
  'LOADING Redis is loading the dataset in memory',
  'Command timed out',
  'Connection is closed.',
])('says "unavailable" when Redis says: %s', async (message) => {
  const away = () => Promise.reject(new Error(message))
  const jobs = { find: away, stop: away }
  await using t = await testApi({ jobs })

  const reply = await t.call({ url: `/v1/jobs/job_${'0'.repeat(26)}` })

  expect(reply.statusCode).toBe(503)
})

it('says "unavailable" when storage fails, and leaves no job', async () => {
  const log = new LogSpy()
  await using t = await testApi({ log: log.logger })
  t.deps.storage.write = () => Promise.reject(new StorageError('storage failed: ENOSPC'))
  const form = new FormData()
  form.append('file', new Blob([Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2mp41', 'latin1')]), 'a.mp4')
  const reply = await fetch(`${await t.listen()}/v1/jobs`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${API_KEY}` },
  })

  expect(reply.status).toBe(503)
  expect(reply.headers.get('retry-after')).toBe('5')
  expect((await t.call({ url: '/v1/jobs' })).json().data).toEqual([])
})

it('logs what it did not expect once, with the request id, and tells nothing of it', async () => {
  const log = new LogSpy()
  await using t = await testApi({
    log: log.logger,
    webhookSecret: () => Promise.reject(new Error('the seal is broken')),
  })

  const reply = await t.call({ url: '/v1/webhook-secret' })

  expect([reply.statusCode, reply.json().code]).toEqual([500, 'internal'])
  expect(reply.body).not.toContain('seal')
  const told = log.lines.filter((line) => line.includes('the seal is broken'))
  expect(told).toHaveLength(1)
  expect(told[0]).toContain(reply.json().request_id)
})

it('logs no refusal', async () => {
  const log = new LogSpy()
  await using t = await testApi({ log: log.logger })

  await t.call({ url: '/v1/nowhere' })
  await t.call({ method: 'POST', url: '/v1/jobs', payload: { instruction: 1 } })

  expect(log.lines).toEqual([])
})
