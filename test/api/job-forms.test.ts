import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { sha256Hex } from '../../src/shared/crypto/hashing.ts'
import { JobId } from '../../src/shared/jobs/ids.ts'
import { jobFile } from '../../src/shared/jobs/report.ts'
import { mp4Bytes } from './support/bytes.ts'
import { filesIn } from './support/files.ts'
import { found } from './support/jobs.ts'
import { postForm } from './support/post-form.ts'
import { testApi } from './support/test-api.ts'

it('takes clips and fields of a form in any order, and keeps the clips', async () => {
  await using t = await testApi()
  const [one, two] = [mp4Bytes(70_000), mp4Bytes(200)]

  const reply = await postForm(t, [
    ['file', one, 'Müller & Söhne.mp4'],
    ['instruction', 'trim silences'],
    ['metadata', '{"k":"v"}'],
    ['max_credits', '50'],
    ['webhook_url', 'https://example.com/hook'],
    ['file', two, '../../etc/passwd'],
    ['external_id', '17'],
  ])

  expect(reply.status, JSON.stringify(reply.body)).toBe(202)
  expect(reply.body.inputs).toEqual([
    { kind: 'upload', name: 'Müller & Söhne.mp4', bytes: 70_000, content_type: 'video/mp4', sha256: sha256Hex(one) },
    { kind: 'upload', name: 'passwd', bytes: 200, content_type: 'video/mp4', sha256: sha256Hex(two) },
  ])
  expect(reply.body).toMatchObject({ action: 'edit', external_id: '17', metadata: { k: 'v' } })
  const id = JobId.parse(reply.body.id)
  expect((await found(t, id)).request).toMatchObject({ max_credits: 50, webhook: { url: 'https://example.com/hook' } })
  expect(await readFile(await t.deps.storage.localPath(jobFile.input(id, 1)))).toEqual(two)
})

it.each([
  ['as a field', undefined, undefined],
  ['as a field of JSON', undefined, 'application/json'],
  ['as a file', 'job.json', 'application/json'],
  ['as a file of any type', 'job.json', 'application/octet-stream'],
])('takes the part "request" %s', async (_how, filename, type) => {
  await using t = await testApi()
  const request = JSON.stringify({ instruction: 'trim silences', output: { quality: 'low' } })

  const reply = await postForm(t, [
    ['file', mp4Bytes(), 'a.mp4'],
    ['request', request, filename, type],
    ['priority', 'low'],
  ])

  expect(reply.status, JSON.stringify(reply.body)).toBe(202)
  expect(reply.body).toMatchObject({ instruction: 'trim silences', priority: 'low' })
})

it('only uploads when there is no instruction, and takes an empty field of a form for none', async () => {
  await using t = await testApi()

  const reply = await postForm(t, [
    ['instruction', ''],
    ['file', mp4Bytes(), 'a.mp4'],
    ['file', Buffer.alloc(0), ''],
  ])

  expect(reply.body).toMatchObject({ action: 'upload', instruction: null, inputs: [{ name: 'a.mp4' }] })
})

it('takes plain form fields without a file', async () => {
  await using t = await testApi()

  const reply = await t.call({
    method: 'POST',
    url: '/v1/jobs',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      instruction: 'a sunrise',
      inputs: '[{"url":"https://example.com/a.mp4"}]',
    }).toString(),
  })

  expect(reply.json()).toMatchObject({ instruction: 'a sunrise', inputs: [{ name: 'a.mp4' }] })
})

it.each([
  ['an unknown file', [['file', Buffer.from('hello, world'), 'a.mp4']], 415, '#/file/0'],
  ['an empty file', [['file', Buffer.alloc(0), 'a.mp4']], 415, '#/file/0'],
  [
    'a bad second file',
    [
      ['file', mp4Bytes(), 'a.mp4'],
      ['file', Buffer.from('%PDF-1.7'), 'b.mp4'],
    ],
    415,
    '#/file/1',
  ],
  ['a file that is too large', [['file', mp4Bytes(1_000_001), 'a.mp4']], 413, '#/file/0'],
  ['a clip under another name', [['video', mp4Bytes(), 'a.mp4']], 422, '#/video'],
  ['a path where a file should be', [['file', 'clip.mp4']], 422, '#/file'],
  [
    'a bad member',
    [
      ['file', mp4Bytes(), 'a.mp4'],
      ['priority', 'urgent'],
    ],
    422,
    '#/priority',
  ],
  [
    'an unknown member',
    [
      ['file', mp4Bytes(), 'a.mp4'],
      ['instructions', 'a'],
    ],
    422,
    '#/instructions',
  ],
  [
    'a member twice',
    [
      ['instruction', 'a'],
      ['request', '{"instruction":"b"}'],
    ],
    422,
    '#/instruction',
  ],
  [
    'nested JSON that is none',
    [
      ['instruction', 'a'],
      ['metadata', '{k: v}'],
    ],
    422,
    '#/metadata',
  ],
  [
    'a webhook URL that is none',
    [
      ['instruction', 'a'],
      ['webhook_url', 'example.com'],
    ],
    422,
    '#/webhook/url',
  ],
] as const)('refuses a form with %s, and leaves no file', async (_what, parts, status, pointer) => {
  await using t = await testApi()

  const reply = await postForm(t, parts)

  expect([reply.status, reply.body.errors[0]?.pointer], JSON.stringify(reply.body)).toEqual([status, pointer])
  expect(await filesIn(t.folder)).toEqual([])
  expect((await t.call({ url: '/v1/jobs' })).json().data).toEqual([])
})

it('lists the formats when it knows none of them in a file', async () => {
  await using t = await testApi()

  const reply = await postForm(t, [['file', Buffer.from('hello'), 'a.mp4']])

  expect(reply.body.code).toBe('unsupported_media_type')
  expect(reply.body.detail).toContain('mp4, mov, avi, webm, mkv, jpg, png, gif, webp, mp3, wav, m4a, aac')
})

it('takes files and URLs in one form, files first, each under its own place', async () => {
  await using t = await testApi()
  const inputs = JSON.stringify([{ url: 'https://clips.test/two.mp4' }])
  const { status, body } = await postForm(t, [
    ['inputs', inputs],
    ['file', mp4Bytes(80), 'one.mp4'],
    ['instruction', 'trim silences'],
  ])
  expect(status).toBe(202)
  const job = await t.deps.jobs.find(body.id)
  expect(job?.inputs.map(({ kind, name }) => [kind, name])).toEqual([
    ['upload', 'one.mp4'],
    ['url', expect.any(String)],
  ])
  expect(await t.deps.storage.size(`${body.id}/input-0`)).toBe(80)
})
