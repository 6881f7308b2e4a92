import type { Readable } from 'node:stream'

export interface StoredFile {
  bytes: number
  sha256: string
}

/** Someone whose files lie in storage. `changedAt`: when a file of theirs came or went last, epoch ms. */
export interface StoredOwner {
  owner: string
  changedAt: number
}

/**
 * Where clips, drafts and outputs live. A key is `<owner id>/<name>`, so that what an owner leaves behind goes with one
 * call; both parts are of our making, never a user's text.
 */
export interface Storage {
  /**
   * Stores a stream whole or not at all: a source that breaks leaves nothing. Replaces what was there.
   * @throws StorageError when the medium fails, `SizeLimitError` past `maxBytes`, else what the source threw.
   */
  write(
    key: string,
    source: AsyncIterable<Uint8Array>,
    options?: { maxBytes?: number; signal?: AbortSignal },
  ): Promise<StoredFile>

  /** Bytes `start` to `end`, both inclusive as in HTTP. @throws StorageError when it is not there. */
  read(key: string, range?: { start: number; end: number }): Promise<Readable>

  /** Gives a file a second key, which lives on when the first is removed. @throws StorageError */
  copy(from: string, to: string): Promise<void>

  /** Size in bytes, or null when there is no such file. */
  size(key: string): Promise<number | null>

  /** A path under which local programs can read the file. */
  localPath(key: string): Promise<string>

  /** Removes all files of an owner. */
  removeOwner(owner: string): Promise<void>

  /** An owner's files by name. Empty where there are none. */
  filesOf(owner: string): Promise<{ name: string; bytes: number }[]>

  /**
   * Some owners, in an order of the medium's own; costs what it gives, however many there are. `after`: the `next` of
   * the call before, null at the beginning. `next` is null at the end.
   */
  listOwners(after: string | null, atMost: number): Promise<{ owners: StoredOwner[]; next: string | null }>

  /** Removes what writes left that broke off and were last at work before that time (epoch ms). @returns how many. */
  removeBrokenWrites(before: number): Promise<number>

  /** Writes and removes a probe file. @throws StorageError */
  check(): Promise<void>
}

/** The medium failed: full, gone, or no such file. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
}

/** A stream was longer than it may be. */
export class SizeLimitError extends Error {
  override readonly name = 'SizeLimitError'
  readonly maxBytes: number

  constructor(maxBytes: number) {
    super(`expected at most ${maxBytes} bytes`)
    this.maxBytes = maxBytes
  }
}
