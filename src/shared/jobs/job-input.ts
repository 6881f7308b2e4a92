import { z } from 'zod'

/** A clip of a job. `bytes`, `content_type` and `sha256` of a URL are known once it was fetched. */
export const JobInput = z.object({
  kind: z.enum(['upload', 'url']),
  name: z.string(),
  url: z.string().nullable(),
  bytes: z.int().nullable(),
  content_type: z.string().nullable(),
  sha256: z.string().nullable(),
})
export type JobInput = z.infer<typeof JobInput>
