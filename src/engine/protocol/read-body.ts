import type { z } from 'zod'
import { badRequest } from '../engine-refusal.ts'

/** A body as its schema has it. @throws EngineRefusal 400 that names the first fault. */
export function readBody<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const read = schema.safeParse(body ?? {})
  if (read.success) return read.data
  const [fault] = read.error.issues
  throw badRequest(`${fault?.path.join('.') || 'body'}: ${fault?.message ?? 'not as expected'}`)
}
