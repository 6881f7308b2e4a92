import { createHash, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ClipFacts } from '../analyse/clip-facts.ts'
import { probeClip } from '../analyse/probe-clip.ts'
import { fileTooLarge, unsupportedFile } from '../engine-refusal.ts'
import type { Folders } from './folders.ts'
import { readFolder, writeJson } from './json-file.ts'

interface Options {
  folders: Folders
  maxBytes: number
  signal: AbortSignal
}

/** Uploaded files under the SHA-256 of their content, so that no name of a stranger becomes a path. */
export class Clips {
  readonly #options: Options
  readonly #byHash = new Map<string, ClipFacts>()

  private constructor(options: Options) {
    this.#options = options
  }

  static async open(options: Options): Promise<Clips> {
    const clips = new Clips(options)
    for (const facts of await readFolder(options.folders.clips, ClipFacts)) clips.#byHash.set(facts.hash, facts)
    return clips
  }

  facts(hash: string): ClipFacts | undefined {
    return this.#byHash.get(hash)
  }

  path(hash: string): string {
    return join(this.#options.folders.clips, hash)
  }

  /**
   * Streams a file to disk and looks into it. Nothing is left of one that is refused. `isCutShort` is asked at the
   * end, of a body whose reader stops at the limit by itself.
   * @throws EngineRefusal 4001, 4002
   */
  async add(body: Readable, isCutShort = () => false): Promise<ClipFacts> {
    const incoming = join(this.#options.folders.incoming, randomBytes(12).toString('hex'))
    try {
      const { hash, sizeBytes } = await this.#receive(body, incoming)
      if (isCutShort()) throw fileTooLarge(this.#options.maxBytes)
      if (sizeBytes === 0) throw unsupportedFile('it is empty')
      const known = this.#byHash.get(hash)
      if (known) return known
      const facts = { ...(await probeClip(incoming, this.#options.signal)), hash, sizeBytes }
      await rename(incoming, this.path(hash))
      await writeJson(`${this.path(hash)}.json`, facts)
      this.#byHash.set(hash, facts)
      return facts
    } finally {
      await rm(incoming, { force: true })
    }
  }

  async #receive(body: Readable, path: string): Promise<{ hash: string; sizeBytes: number }> {
    const sha256 = createHash('sha256')
    const { maxBytes, signal } = this.#options
    let sizeBytes = 0
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        sizeBytes += chunk.length
        sha256.update(chunk)
        done(sizeBytes > maxBytes ? fileTooLarge(maxBytes) : null, chunk)
      },
    })
    await pipeline(body, measure, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal })
    return { hash: sha256.digest('hex'), sizeBytes }
  }
}
