import { readdir } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { FileStorage } from '../../../src/shared/storage/file-storage.ts'
import { SizeLimitError, StorageError } from '../../../src/shared/storage/storage.ts'
import { tempDir } from '../../support/temp-dir.ts'

const KEY = 'job_1/output.mp4'

async function setup() {
  const folder = await tempDir()
  const files = async () =>
    (await readdir(folder.path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length
  return { storage: new FileStorage(folder.path), files, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

async function* chunks(...parts: (string | Error)[]) {
  for (const part of parts) {
    if (part instanceof Error) throw part
    yield Buffer.from(part)
  }
}

describe('file storage', () => {
  it('gives back what was stored, whole or in part, with size and hash', async () => {
    await using t = await setup()
    const stored = await t.storage.write(KEY, chunks('hello ', 'world'))
    expect(stored).toEqual({ bytes: 11, sha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9' })
    expect(await text(await t.storage.read(KEY))).toBe('hello world')
    expect(await text(await t.storage.read(KEY, { start: 6, end: 8 }))).toBe('wor')
    expect(await t.storage.size(KEY)).toBe(11)
  })

  it('leaves nothing of a stream that breaks, and keeps what was there before', async () => {
    await using t = await setup()
    await t.storage.write(KEY, chunks('whole'))
    await expect(t.storage.write(KEY, chunks('ha', new Error('line cut')))).rejects.toThrow('line cut')
    expect(await text(await t.storage.read(KEY))).toBe('whole')
    expect(await t.files()).toBe(1)
  })

  it('stops at the limit and leaves nothing', async () => {
    await using t = await setup()
    await expect(t.storage.write(KEY, chunks('12345', '67890'), { maxBytes: 9 })).rejects.toBeInstanceOf(SizeLimitError)
    expect(await t.files()).toBe(0)
  })

  it('removes all files of an owner and nobody else', async () => {
    await using t = await setup()
    await t.storage.write(KEY, chunks('a'))
    await t.storage.write('job_2/output.mp4', chunks('b'))
    await t.storage.removeOwner('job_1')
    expect([await t.storage.size(KEY), await t.storage.size('job_2/output.mp4')]).toEqual([null, 1])
  })

  it('tells a missing file from a broken medium', async () => {
    await using t = await setup()
    expect(await t.storage.size(KEY)).toBeNull()
    await expect(t.storage.read(KEY)).rejects.toBeInstanceOf(StorageError)
    await expect(new FileStorage('/dev/null/x').check()).rejects.toBeInstanceOf(StorageError)
  })

  it.each(['../x/y', 'a/../../b', 'a', 'a/b/c', '/etc/passwd'])(
    'takes no key that leads elsewhere: %s',
    async (key) => {
      await using t = await setup()
      await expect(t.storage.write(key, chunks('x'))).rejects.toBeInstanceOf(TypeError)
    },
  )
})
