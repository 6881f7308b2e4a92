import { expect, it } from 'vitest'
import { AddressGuard } from '../../src/shared/net/address-guard.ts'
import { testApi } from './support/test-api.ts'

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_none, index) => [`k${index}`, 'v']))
const clip = { url: 'https://example.com/a.mp4' }

it.each([
  ['an unknown member', { colour: 'red' }, '#/colour', 'unknown_member', 'inputs, instruction'],
  ['an unknown nested member', { output: { size: 1 } }, '#/output/size', 'unknown_member', 'format, quality'],
  ['a member whose name needs escapes', { 'a/b~c': 1 }, '#/a~1b~0c', 'unknown_member', ''],
  ['a blank instruction', { instruction: '  ' }, '#/instruction', 'too_small', 'at least 1'],
  [
    'a long instruction',
    { instruction: 'a'.repeat(10_001) },
    '#/instruction',
    'too_big',
    'at most 10000 characters, got 10001',
  ],
  ['a number for a text', { instruction: 5 }, '#/instruction', 'invalid_type', 'Expected a text, got 5'],
  ['an unknown quality', { output: { quality: 'best' } }, '#/output/quality', 'invalid_value', 'low, medium, high'],
  ['another format', { output: { format: 'gif' } }, '#/output/format', 'invalid_value', 'mp4'],
  ['an input of neither kind', { inputs: [clip, {}] }, '#/inputs/1', 'one_of', 'either url or upload_id'],
  ['an input of both kinds', { inputs: [{ ...clip, upload_id: 'upl_1' }] }, '#/inputs/0', 'one_of', ''],
  ['an unknown upload', { inputs: [{ upload_id: 'upl_1' }] }, '#/inputs/0/upload_id', 'unknown_upload', ''],
  [
    'too many inputs',
    { inputs: Array.from({ length: 101 }, () => clip) },
    '#/inputs',
    'too_big',
    'at most 100 items, got 101',
  ],
  ['a URL that is none', { inputs: [clip, { url: 'clip.mp4' }] }, '#/inputs/1/url', 'invalid_url', 'https://'],
  ['a URL of another kind', { inputs: [{ url: 'file:///etc/passwd' }] }, '#/inputs/0/url', 'invalid_url', 'file:'],
  ['a session that is not there', { session_id: 'ses_1' }, '#/session_id', 'unknown_session', ''],
  ['a long external id', { external_id: 'a'.repeat(129) }, '#/external_id', 'too_big', 'at most 128'],
  ['too much metadata', { metadata: many(17) }, '#/metadata', 'too_big', '16'],
  ['metadata that is no text', { metadata: { k: 1 } }, '#/metadata/k', 'invalid_type', 'Expected a text, got 1'],
  ['a long value of metadata', { metadata: { k: 'a'.repeat(513) } }, '#/metadata/k', 'too_big', 'at most 512'],
  [
    'a long name of metadata',
    { metadata: { ['a'.repeat(65)]: 'v' } },
    `#/metadata/${'a'.repeat(65)}`,
    'invalid_key',
    '',
  ],
  ['an unknown priority', { priority: 'urgent' }, '#/priority', 'invalid_value', 'low, normal, high'],
  [
    'an unknown track',
    { expect: { tracks: { smell: 1 } } },
    '#/expect/tracks/smell',
    'unknown_member',
    'video, audio, text, other',
  ],
  ['an aspect that is none', { expect: { aspect: 'wide' } }, '#/expect/aspect', 'invalid_format', '9:16'],
  ['half a credit', { max_credits: 0.5 }, '#/max_credits', 'invalid_type', 'a whole number, got 0.5'],
  ['a time without a zone', { run_at: '2030-01-01T00:00:00' }, '#/run_at', 'invalid_format', 'RFC 3339'],
  ['a day that is none', { start_by: '2030-02-30T00:00:00Z' }, '#/start_by', 'invalid_format', 'RFC 3339'],
  [
    'an unknown event',
    { webhook: { url: clip.url, events: ['job.done'] } },
    '#/webhook/events/0',
    'invalid_value',
    'job.succeeded',
  ],
  ['a webhook without a URL', { webhook: {} }, '#/webhook/url', 'required', 'got nothing'],
  ['a language that is none', { language: 'klingon!' }, '#/language', 'invalid_format', 'pt-BR'],
])('points at %s', async (_what, members, pointer, code, words) => {
  await using t = await testApi()

  const reply = await t.call({ method: 'POST', url: '/v1/jobs', payload: { instruction: 'trim silences', ...members } })

  expect([reply.statusCode, reply.json().code], reply.body).toEqual([422, 'validation_failed'])
  expect(reply.json().errors).toMatchObject([{ pointer, code, detail: expect.stringContaining(words) }])
})

it('points at all faults at once', async () => {
  await using t = await testApi()
  const payload = { instructions: 'a', priority: 1, output: { quality: 'x' }, inputs: [{}] }

  const reply = await t.call({ method: 'POST', url: '/v1/jobs', payload })

  const pointers = reply.json().errors.map(({ pointer }: { pointer: string }) => pointer)
  expect(pointers.sort()).toEqual(['#/inputs/0', '#/instructions', '#/output/quality', '#/priority'])
})

it.each([
  ['nothing to do', {}, '#/instruction'],
  ['a session alone', { session_id: 'given' }, '#/instruction'],
  ['an upload of nothing', { instruction: 'upload' }, '#/inputs'],
  ['an export of nothing', { instruction: 'please export it' }, '#/inputs'],
  ['the status of nothing', { instruction: 'status' }, '#/inputs'],
])('refuses %s', async (_what, members, pointer) => {
  await using t = await testApi()
  const { session_id } = (await t.call({ method: 'POST', url: '/v1/jobs', payload: { instruction: 'a' } })).json()
  const payload = 'session_id' in members ? { session_id } : members

  const reply = await t.call({ method: 'POST', url: '/v1/jobs', payload })

  expect(reply.json().errors, reply.body).toMatchObject([{ pointer, code: 'required' }])
})

it('asks for the credits without a clip', async () => {
  await using t = await testApi()

  expect((await t.call({ method: 'POST', url: '/v1/jobs', payload: { instruction: 'credits' } })).json().action).toBe(
    'credits',
  )
})

it.each([
  ['http://127.0.0.1/a.mp4'],
  ['http://10.1.2.3/a.mp4'],
  ['http://[::1]/a.mp4'],
  ['http://0x7f.1/a.mp4'],
  ['http://localhost/a.mp4'],
  ['http://169.254.169.254/latest/meta-data'],
])('refuses to call %s', async (url) => {
  await using t = await testApi()
  const call = (payload: object) => t.call({ method: 'POST', url: '/v1/jobs', payload })

  const input = await call({ inputs: [clip, { url }] })
  const webhook = await call({ instruction: 'a', webhook: { url } })

  expect([input.statusCode, input.json().code]).toEqual([422, 'address_blocked'])
  expect(input.json().errors).toMatchObject([{ pointer: '#/inputs/1/url', code: 'address_blocked' }])
  expect(webhook.json()).toMatchObject({ code: 'address_blocked', errors: [{ pointer: '#/webhook/url' }] })
})

it('calls a private address that the operator allows', async () => {
  await using t = await testApi({ guard: new AddressGuard(['127.0.0.0/8']) })

  const reply = await t.call({
    method: 'POST',
    url: '/v1/jobs',
    payload: { inputs: [{ url: 'http://127.0.0.1/a.mp4' }] },
  })

  expect(reply.statusCode).toBe(202)
})

it('takes null for what is not wanted', async () => {
  await using t = await testApi()
  const none = { session_id: null, run_at: null, start_by: null, finish_by: null, webhook: null, external_id: null }

  const reply = await t.call({ method: 'POST', url: '/v1/jobs', payload: { ...none, instruction: 'a' } })

  expect(reply.statusCode, reply.body).toBe(202)
})
