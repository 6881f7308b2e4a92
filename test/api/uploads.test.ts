import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { LogSpy } from '../support/log-spy.ts'
import { filesIn } from './support/files.ts'
import { SlowUpload } from './support/slow-upload.ts'
import { testApi, type TestApi } from './support/test-api.ts'
import { uploadFromElsewhere } from './support/upload-process.ts'

const MIB = 1_048_576
const INFO = 30

const connections = (t: TestApi) => promisify(t.app.server.getConnections.bind(t.app.server))()

/** Resolves once what a broken call had stored was removed. */
function cleanedUp({ deps: { storage } }: TestApi): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const remove = storage.removeOwner.bind(storage)
  storage.removeOwner = (owner) => remove(owner).then(resolve)
  return promise
}

it('streams a large clip to storage without holding it in memory', { timeout: 60_000 }, async () => {
  await using t = await testApi({ http: { maxUploadBytes: 500 * MIB, corsOrigins: [] } })
  const base = await t.listen()
  // The collector lets some 64 MiB of buffers pile up whatever the size of a clip.
  await uploadFromElsewhere(base, 64 * MIB)
  const before = process.memoryUsage.rss()
  let most = before
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10)

  const { status, body } = await uploadFromElsewhere(base, 200 * MIB).finally(() => clearInterval(watch))

  expect(status, JSON.stringify(body)).toBe(202)
  expect(body.inputs[0]?.bytes).toBeGreaterThan(200 * MIB)
  expect((most - before) / MIB).toBeLessThan(80)
})

it('leaves no file and no job when a client drops midway, and makes no noise of it', async () => {
  const log = new LogSpy()
  await using t = await testApi({ http: { maxUploadBytes: 500 * MIB, corsOrigins: [] }, log: log.logger })
  const cleaned = cleanedUp(t)
  const upload = new SlowUpload(await t.listen())
  await upload.begin()
  await upload.send(4 * MIB)
  expect(await filesIn(t.folder)).toHaveLength(1)

  upload.request.destroy()
  await cleaned

  expect(await filesIn(t.folder)).toEqual([])
  expect((await t.call({ url: '/v1/jobs' })).json().data).toEqual([])
  expect(log.lines.filter((line) => (JSON.parse(line) as { level: number }).level > INFO)).toEqual([])
})

it('answers at once when a clip is too large, without reading on', async () => {
  await using t = await testApi()
  const upload = new SlowUpload(await t.listen())
  await upload.begin()

  await upload.send(500 * MIB)
  const { status, body } = await upload.answer()

  expect([status, body.code]).toEqual([413, 'payload_too_large'])
  expect(upload.request.socket?.bytesWritten).toBeLessThan(60 * MIB)
  expect(await filesIn(t.folder)).toEqual([])
})

it('answers before the body when its length alone is too large', async () => {
  await using t = await testApi()
  const upload = new SlowUpload(await t.listen(), { 'content-length': 10_000 * MIB })

  upload.request.flushHeaders()

  expect((await upload.answer()).status).toBe(413)
})

it.each([
  ['a bad key', { authorization: 'Bearer none-of-ours' }, 401],
  ['a bad type', { 'content-type': 'video/mp4' }, 415],
])('answers before the body for %s', async (_what, headers, status) => {
  await using t = await testApi()
  const upload = new SlowUpload(await t.listen(), headers)

  await upload.begin()
  await upload.send(MIB)

  expect((await upload.answer()).status).toBe(status)
})

it.each(['keep-alive', 'close'])(
  'takes a little more after an early answer, then hangs up (%s)',
  async (connection) => {
    await using t = await testApi()
    const upload = new SlowUpload(await t.listen(), { authorization: 'Bearer none-of-ours', connection })
    await upload.begin()
    expect((await upload.answer()).status).toBe(401)
    const closed = new Promise((resolve) => upload.request.socket?.once('close', resolve))

    await t.clock.sleeping(1)
    expect(await connections(t)).toBe(1)
    await t.clock.advance(2_000)

    await closed
  },
)
