import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../../shared/observe/logger.ts'
import type { Clips } from '../store/clips.ts'
import type { Folders } from '../store/folders.ts'
import type { RenderRecord, RenderRecords } from '../store/render-records.ts'
import { framesPerSecond } from '../timeline/frame-rate.ts'
import { encode } from './encode.ts'
import { planRender } from './plan.ts'
import { RenderFault } from './render-fault.ts'

interface Options {
  records: RenderRecords
  clips: Clips
  folders: Folders
  log: Logger
  atOnce: number
}

const CANCELED = new RenderFault('canceled')
const CLOSING = new Error('the engine is closing')

/** Renders that wait and run. A record on disk says what is to be done, so that nothing is lost with the process. */
export class RenderQueue {
  readonly #options: Options
  readonly #waiting: string[] = []
  readonly #running = new Map<string, { abort: AbortController; progress: number; ended: Promise<void> }>()
  #open = true

  constructor(options: Options) {
    this.#options = options
  }

  /** Takes up what an earlier process left unfinished. */
  resume(): void {
    for (const { id } of this.#options.records.unfinished()) this.enqueue(id)
  }

  enqueue(id: string): void {
    this.#waiting.push(id)
    this.#startNext()
  }

  /** Done so far, 0 to 1; null while the render waits or once it has ended. */
  progress(id: string): number | null {
    return this.#running.get(id)?.progress ?? null
  }

  /** Ends a render and resolves once nothing of it runs; does nothing to one that has ended. */
  async cancel(record: RenderRecord): Promise<void> {
    const running = this.#running.get(record.id)
    if (running) {
      running.abort.abort(CANCELED)
      await running.ended
      return
    }
    const at = this.#waiting.indexOf(record.id)
    if (at < 0) return
    this.#waiting.splice(at, 1)
    await this.#fail(record.id, CANCELED.message)
  }

  /** Kills what runs; it stays unfinished on disk and is done again at the next start. */
  async close(): Promise<void> {
    this.#open = false
    const running = [...this.#running.values()]
    for (const { abort } of running) abort.abort(CLOSING)
    await Promise.all(running.map(({ ended }) => ended))
  }

  #startNext(): void {
    while (this.#open && this.#running.size < this.#options.atOnce) {
      const id = this.#waiting.shift()
      if (id === undefined) return
      const running = { abort: new AbortController(), progress: 0, ended: Promise.resolve() }
      this.#running.set(id, running)
      running.ended = this.#run(id, running).finally(() => {
        this.#running.delete(id)
        this.#startNext()
      })
    }
  }

  async #run(id: string, running: { abort: AbortController; progress: number }): Promise<void> {
    try {
      await this.#render(id, running)
    } catch (error) {
      if (error === CLOSING) return
      if (!(error instanceof RenderFault)) this.#options.log.error({ err: error, renderId: id }, 'render broke')
      await this.#fail(id, error instanceof Error ? error.message : String(error)).catch((cause: unknown) =>
        this.#options.log.error({ err: cause, renderId: id }, 'the end of a render could not be written'),
      )
    }
  }

  async #render(id: string, running: { abort: AbortController; progress: number }): Promise<void> {
    const { records, clips, folders } = this.#options
    const record = this.#record(id)
    if (!record.draft) throw new RenderFault('The draft of this render is gone')
    await records.save({ ...record, status: 'processing' })
    const plan = planRender(record.draft, (hash) => clips.facts(hash))
    const folder = join(folders.work, randomBytes(12).toString('hex'))
    await mkdir(folder, { mode: 0o700 })
    try {
      const made = await encode(plan, {
        folder,
        quality: record.quality,
        pathOf: (hash) => clips.path(hash),
        onProgress: (fraction) => void (running.progress = fraction),
        signal: running.abort.signal,
      })
      const durationSeconds = Math.round((plan.frames / framesPerSecond(plan.rate)) * 1000) / 1000
      await this.#complete(id, made, durationSeconds)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** The file gets its place before the record tells of it: an output that is told of is always whole. */
  async #complete(id: string, made: string, durationSeconds: number): Promise<void> {
    const file = `${randomBytes(24).toString('base64url')}.mp4`
    const { size: sizeBytes } = await stat(made)
    await rename(made, join(this.#options.folders.outputs, file))
    const output = { file, durationSeconds, sizeBytes }
    await this.#options.records.save({ ...this.#record(id), status: 'completed', output, draft: null })
  }

  async #fail(id: string, error: string): Promise<void> {
    await this.#options.records.save({ ...this.#record(id), status: 'failed', error, draft: null })
  }

  #record(id: string): RenderRecord {
    const record = this.#options.records.get(id)
    if (!record) throw new TypeError(`no record of render ${id}`)
    return record
  }
}
