import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { Draft } from '../timeline/draft.ts'
import { readFolder, writeJson } from './json-file.ts'

export const Quality = z.enum(['low', 'medium', 'high'])
export type Quality = z.infer<typeof Quality>

/** One render. `draft` is kept until the end, so that a render that a crash ended is done again. */
export const RenderRecord = z.object({
  id: z.string(),
  userId: z.string(),
  createdAt: z.number(),
  draft: Draft.nullable(),
  quality: Quality,
  status: z.enum(['pending', 'processing', 'completed', 'failed']),
  output: z.object({ file: z.string(), durationSeconds: z.number(), sizeBytes: z.number() }).nullable(),
  error: z.string().nullable(),
})
export type RenderRecord = z.infer<typeof RenderRecord>

/** Renders on disk, one file each. Ids are chosen by clients, so the file's name is the id's hash. */
export class RenderRecords {
  readonly #folder: string
  readonly #byId = new Map<string, RenderRecord>()

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async open(folder: string): Promise<RenderRecords> {
    const records = new RenderRecords(folder)
    for (const record of await readFolder(folder, RenderRecord)) records.#byId.set(record.id, record)
    return records
  }

  get(id: string): RenderRecord | undefined {
    return this.#byId.get(id)
  }

  /** Those that are not done, oldest first. */
  unfinished(): RenderRecord[] {
    return [...this.#byId.values()]
      .filter(({ status }) => status === 'pending' || status === 'processing')
      .toSorted((a, b) => a.createdAt - b.createdAt)
  }

  /** In memory at once, so that two calls with one id see each other; resolves once it is on disk. */
  async save(record: RenderRecord): Promise<void> {
    this.#byId.set(record.id, record)
    await writeJson(join(this.#folder, `${createHash('sha256').update(record.id).digest('hex')}.json`), record)
  }
}
