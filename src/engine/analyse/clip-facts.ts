import { z } from 'zod'

/**
 * What is known of an uploaded file. `frames` counts pictures at `rate` from the file's first instant; the size is as
 * shown: turned and with square pixels. A picture has one frame; a sound has none, and no size.
 */
export const ClipFacts = z.object({
  hash: z.string(),
  kind: z.enum(['video', 'image', 'audio']),
  sizeBytes: z.number(),
  durationMs: z.number(),
  width: z.number(),
  height: z.number(),
  rate: z.object({ num: z.number(), den: z.number() }),
  frames: z.number(),
  hasAudio: z.boolean(),
})
export type ClipFacts = z.infer<typeof ClipFacts>
