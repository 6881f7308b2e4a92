import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { filesIn, listOwners, removeOlderFiles, shardOf } from './owner-folders.ts'
import { SizeLimitError, StorageError, type Storage, type StoredFile } from './storage.ts'

const KEY = /^[A-Za-z0-9_]+\/[A-Za-z0-9._-]+$/

/** Storage in a folder. Files are written under `tmp/`, made durable, then renamed into place. */
export class FileStorage implements Storage {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  async write(
    key: string,
    source: AsyncIterable<Uint8Array>,
    options: { maxBytes?: number; signal?: AbortSignal } = {},
  ): Promise<StoredFile> {
    const target = this.#path(key)
    const draft = join(this.#root, 'tmp', randomUUID())
    try {
      const stored = await this.#writeDraft(draft, source, options)
      await medium(mkdir(dirname(target), { recursive: true, mode: 0o700 }))
      await medium(rename(draft, target))
      await medium(syncFolder(dirname(target)))
      return stored
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  }

  async read(key: string, range?: { start: number; end: number }): Promise<Readable> {
    const file = await medium(open(this.#path(key)))
    return file.createReadStream(range ?? {})
  }

  async copy(from: string, to: string): Promise<void> {
    const target = this.#path(to)
    await medium(mkdir(dirname(target), { recursive: true, mode: 0o700 }))
    await medium(rm(target, { force: true }))
    await medium(link(this.#path(from), target))
    await medium(syncFolder(dirname(target)))
  }

  async size(key: string): Promise<number | null> {
    try {
      return (await stat(this.#path(key))).size
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw storageError(error)
    }
  }

  async localPath(key: string): Promise<string> {
    return this.#path(key)
  }

  async removeOwner(owner: string): Promise<void> {
    await medium(rm(dirname(this.#path(`${owner}/x`)), { recursive: true, force: true }))
  }

  async filesOf(owner: string) {
    return medium(filesIn(dirname(this.#path(`${owner}/x`))))
  }

  async listOwners(after: string | null, atMost: number) {
    return medium(listOwners(this.#root, after, atMost))
  }

  async removeBrokenWrites(before: number): Promise<number> {
    return medium(removeOlderFiles(join(this.#root, 'tmp'), before))
  }

  async check(): Promise<void> {
    const probe = join(this.#root, 'tmp', randomUUID())
    await medium(mkdir(dirname(probe), { recursive: true, mode: 0o700 }))
    await medium(open(probe, 'wx', 0o600).then((file) => file.close()))
    await medium(rm(probe))
  }

  async #writeDraft(
    draft: string,
    source: AsyncIterable<Uint8Array>,
    { maxBytes = Infinity, signal }: { maxBytes?: number; signal?: AbortSignal },
  ): Promise<StoredFile> {
    await medium(mkdir(dirname(draft), { recursive: true, mode: 0o700 }))
    const file = await medium(open(draft, 'wx', 0o600))
    const hash = createHash('sha256')
    let bytes = 0
    try {
      for await (const chunk of source) {
        signal?.throwIfAborted()
        bytes += chunk.byteLength
        if (bytes > maxBytes) throw new SizeLimitError(maxBytes)
        hash.update(chunk)
        await medium(file.appendFile(chunk))
      }
      await medium(file.sync())
    } finally {
      await file.close()
    }
    return { bytes, sha256: hash.digest('hex') }
  }

  #path(key: string): string {
    if (!KEY.test(key)) throw new TypeError(`not a storage key: ${key}`)
    const [owner = '', name = ''] = key.split('/')
    return join(this.#root, shardOf(owner), owner, name)
  }
}

/** A folder's entry survives a power cut only once the folder itself was synced. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const storageError = (cause: unknown) =>
  new StorageError(`storage failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })

async function medium<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw storageError(error)
  })
}
