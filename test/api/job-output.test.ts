import { expect, it } from 'vitest'
import { sha256Hex } from '../../src/shared/crypto/hashing.ts'
import { newJobId } from '../../src/shared/jobs/ids.ts'
import { accepted, ended, succeeded } from './support/jobs.ts'
import { testApi } from './support/test-api.ts'

const VIDEO = Buffer.from('0123456789')

it('gives the video under its name, whole', async () => {
  await using t = await testApi()
  const { id } = await succeeded(t, VIDEO, { name: 'Ünï "x".mp4' })

  const reply = await t.call({ url: `/v1/jobs/${id}/output` })

  expect([reply.statusCode, reply.rawPayload]).toEqual([200, VIDEO])
  expect(reply.headers).toMatchObject({
    'content-type': 'video/mp4',
    'content-length': '10',
    'accept-ranges': 'bytes',
    etag: `"${sha256Hex(VIDEO)}"`,
    'content-disposition': `attachment; filename="_n_ _x_.mp4"; filename*=UTF-8''%C3%9Cn%C3%AF%20%22x%22.mp4`,
  })
})

it('tells all about the video to HEAD, without it', async () => {
  await using t = await testApi()
  const { id } = await succeeded(t, VIDEO)

  const reply = await t.call({ method: 'HEAD', url: `/v1/jobs/${id}/output` })

  expect([reply.statusCode, reply.body]).toEqual([200, ''])
  expect(reply.headers).toMatchObject({ 'content-length': '10', 'content-type': 'video/mp4', 'accept-ranges': 'bytes' })
})

it.each([
  ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
  ['bytes=7-', 206, '789', 'bytes 7-9/10'],
  ['bytes=-3', 206, '789', 'bytes 7-9/10'],
  ['bytes=-30', 206, '0123456789', 'bytes 0-9/10'],
  ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
  ['bytes=9-9', 206, '9', 'bytes 9-9/10'],
  ['bytes=10-', 416, '', 'bytes */10'],
  ['bytes=-0', 416, '', 'bytes */10'],
  ['bytes=3-1', 200, '0123456789', undefined],
  ['bytes=0-1,4-5', 200, '0123456789', undefined],
  ['lines=0-1', 200, '0123456789', undefined],
])('answers Range %s with %i', async (range, status, body, contentRange) => {
  await using t = await testApi()
  const { id } = await succeeded(t, VIDEO)

  const reply = await t.call({ url: `/v1/jobs/${id}/output`, headers: { range } })

  expect([reply.statusCode, reply.body, reply.headers['content-range']]).toEqual([status, body, contentRange])
})

it('takes a Range for the same file only', async () => {
  await using t = await testApi()
  const { id } = await succeeded(t, VIDEO)
  const get = (ifRange: string) =>
    t.call({ url: `/v1/jobs/${id}/output`, headers: { range: 'bytes=0-1', 'if-range': ifRange } })

  expect((await get(`"${sha256Hex(VIDEO)}"`)).statusCode).toBe(206)
  expect((await get('"another"')).statusCode).toBe(200)
})

it('answers 304 to who has the file', async () => {
  await using t = await testApi()
  const { id } = await succeeded(t, VIDEO)

  const reply = await t.call({ url: `/v1/jobs/${id}/output`, headers: { 'if-none-match': `"${sha256Hex(VIDEO)}"` } })

  expect([reply.statusCode, reply.body]).toEqual([304, ''])
})

it('opens by the signed link without a key, for 24 hours', async () => {
  await using t = await testApi()
  const { id } = await succeeded(t, VIDEO)
  const { output } = (await t.call({ url: `/v1/jobs/${id}` })).json()
  const link = new URL(output.download_url)
  const open = () => t.app.inject({ url: `${link.pathname}${link.search}` })

  expect((await open()).rawPayload).toEqual(VIDEO)
  await t.clock.advance(23 * 3_600_000)
  expect((await open()).statusCode).toBe(200)
  await t.clock.advance(3_600_000)
  expect((await open()).json()).toMatchObject({ status: 401, code: 'unauthenticated' })
})

it.each([
  ['another job', (link: URL) => link.pathname.replace(/job_\w+/, newJobId()) + link.search],
  ['a later time', (link: URL) => `${link.pathname}${link.search.replace(/expires=\d/, 'expires=9')}`],
  ['another signature', (link: URL) => `${link.pathname}${link.search.slice(0, -4)}AAAA`],
  ['no signature', (link: URL) => link.pathname],
  ['the job itself', (link: URL) => link.pathname.replace('/output', '') + link.search],
])('does not open by a link that was made to lead to %s', async (_what, change) => {
  await using t = await testApi()
  const { id } = await succeeded(t, VIDEO)
  const { output } = (await t.call({ url: `/v1/jobs/${id}` })).json()

  expect((await t.app.inject({ url: change(new URL(output.download_url)) })).statusCode).toBe(401)
})

it('says that the video is not there yet', async () => {
  await using t = await testApi()
  const { id } = await accepted(t)

  const reply = await t.call({ url: `/v1/jobs/${id}/output` })

  expect([reply.statusCode, reply.json().code, reply.json().retryable]).toEqual([409, 'output_not_ready', true])
})

it('has nothing for a job that ended without a video', async () => {
  await using t = await testApi()
  const { id } = await accepted(t)
  await ended(t, id, 'failed')

  expect((await t.call({ url: `/v1/jobs/${id}/output` })).statusCode).toBe(404)
})

it('says that a video has expired once its file is gone', async () => {
  await using t = await testApi()
  const { id } = await succeeded(t, VIDEO)
  await t.deps.storage.removeOwner(id)

  const reply = await t.call({ url: `/v1/jobs/${id}/output` })

  expect([reply.statusCode, reply.json().code]).toEqual([410, 'output_expired'])
})
