import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { Storage } from '../storage/storage.ts'
import type { JobId } from './ids.ts'

export const TimelineView = z.object({
  summary: z.string(),
  duration_ms: z.int(),
  tracks: z.array(
    z.object({
      type: z.enum(['video', 'audio', 'text', 'other']),
      segments: z.array(z.object({ start_ms: z.int(), end_ms: z.int(), label: z.string() })),
    }),
  ),
})

/** What an edit came to, in words and numbers. Lies in storage, since a timeline may be long. */
export const Report = z.object({
  messages: z.array(z.string()),
  timeline: TimelineView.nullable(),
  changes: z.array(z.string()),
  expectations: z.array(z.object({ name: z.string(), met: z.boolean() })),
})
export type Report = z.infer<typeof Report>

export const EMPTY_REPORT: Report = { messages: [], timeline: null, changes: [], expectations: [] }

/** Names of a job's files in storage, under its id. */
export const jobFile = {
  input: (id: JobId, index: number) => `${id}/input-${index}`,
  report: (id: JobId) => `${id}/report.json`,
  draft: (id: JobId, when: 'before' | 'after') => `${id}/draft-${when}.json`,
  output: (id: JobId) => `${id}/output.mp4`,
}

export async function writeReport(storage: Storage, id: JobId, report: Report): Promise<void> {
  await writeText(storage, jobFile.report(id), JSON.stringify(report))
}

/** The empty report where there is none yet. */
export async function readReport(storage: Storage, id: JobId): Promise<Report> {
  const key = jobFile.report(id)
  if ((await storage.size(key)) === null) return EMPTY_REPORT
  return Report.parse(JSON.parse(await readText(storage, key)))
}

export const writeText = (storage: Storage, key: string, content: string) =>
  storage.write(key, Readable.from([Buffer.from(content)]))

export const readText = async (storage: Storage, key: string): Promise<string> => text(await storage.read(key))
