import type { z } from 'zod'
import { Problem, type FieldError } from '../../shared/errors/problems.ts'
import { describeIssue, fieldErrors } from './field-errors.ts'

/** Reads a part of a request by its schema. @throws Problem `validation_failed` with a pointer to every fault. */
export function parseRequest<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value, { error: describeIssue })
  if (result.success) return result.data
  throw invalid(fieldErrors(result.error))
}

/** A request whose members are at fault, told in the list. */
export function invalid(errors: readonly FieldError[]): Problem {
  const [first] = errors
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : ''
  return new Problem('validation_failed', `${first?.pointer}: ${first?.detail}${more}`, { errors })
}
