import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { AddressGuard } from '../../../src/shared/net/address-guard.ts'
import { FileStorage } from '../../../src/shared/storage/file-storage.ts'
import { guardedClipFetcher } from '../../../src/workers/edit/fetch-clip.ts'
import { mp4Bytes } from '../../api/support/bytes.ts'
import { tempDir } from '../../support/temp-dir.ts'

const KEY = 'job_1/input-0'

async function setup(
  answer: { status: number; body: Buffer },
  options: { allowed?: string[]; maxBytes?: number } = {},
) {
  const resources = new AsyncDisposableStack()
  const folder = resources.use(await tempDir())
  const server = createServer((_request, response) => response.writeHead(answer.status).end(answer.body))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  resources.defer(() => void server.close())
  const guard = new AddressGuard(options.allowed ?? ['127.0.0.0/8'])
  resources.defer(() => guard.close())
  const storage = new FileStorage(folder.path)
  const clips = guardedClipFetcher({ guard, storage, maxBytes: options.maxBytes ?? 1_000 })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/talk.mp4`
  return {
    storage,
    fetch: () => clips.fetch(url, KEY, { signal: AbortSignal.timeout(5_000) }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

describe('a clip behind a URL', () => {
  it('comes into storage, known by its content', async () => {
    await using t = await setup({ status: 200, body: mp4Bytes(80) })
    expect(await t.fetch()).toMatchObject({ name: 'talk.mp4', bytes: 80, content_type: 'video/mp4' })
    expect(await t.storage.size(KEY)).toBe(80)
  })

  it.each([
    [404, 'never'],
    [403, 'never'],
    [410, 'never'],
    [429, 'backoff'],
    [408, 'backoff'],
    [500, 'backoff'],
    [503, 'backoff'],
  ])('that answers %i is tried again: %s', async (status, retry) => {
    await using t = await setup({ status, body: Buffer.from('no') })
    await expect(t.fetch()).rejects.toMatchObject({ code: 'input_unreachable', retry })
  })

  it('that is no clip is refused with the list of formats, and leaves nothing', async () => {
    await using t = await setup({ status: 200, body: Buffer.from('<html>sign in</html>') })
    await expect(t.fetch()).rejects.toMatchObject({
      code: 'input_unsupported',
      message: expect.stringContaining('mp4, mov'),
    })
    expect(await t.storage.size(KEY)).toBeNull()
  })

  it('that is too large is refused, and leaves nothing', async () => {
    await using t = await setup({ status: 200, body: mp4Bytes(2_000) })
    await expect(t.fetch()).rejects.toMatchObject({ code: 'input_too_large' })
    expect(await t.storage.size(KEY)).toBeNull()
  })

  it('at an address that is blocked is not asked for again', async () => {
    await using t = await setup({ status: 200, body: mp4Bytes(80) }, { allowed: [] })
    await expect(t.fetch()).rejects.toMatchObject({ code: 'input_unreachable', retry: 'never' })
  })
})
