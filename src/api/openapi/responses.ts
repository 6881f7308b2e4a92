import { z } from 'zod'
import { PROBLEMS, type ProblemCode } from '../../shared/errors/problems.ts'
import { ProblemBody } from '../schemas/problem.ts'

/** What every call with a key may be answered. */
const ALWAYS = ['unauthenticated', 'missing_scope', 'internal', 'unavailable'] as const satisfies ProblemCode[]

/** What every call with a body may be answered. */
export const ACCEPT_BODIES = ['malformed_json', 'payload_too_large', 'unsupported_media_type'] as const

/** The answers of a route that are problems, by status, each with the codes it may carry. */
export function problemResponses(...codes: ProblemCode[]) {
  const byStatus = Object.groupBy([...new Set([...ALWAYS, ...codes])], (code) => PROBLEMS[code].status)
  return Object.fromEntries(Object.entries(byStatus).map(([status, group]) => [status, response(group)]))
}

const response = (codes: ProblemCode[]) => ({
  description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('\n\n'),
  content: { 'application/problem+json': { schema: z.intersection(ProblemBody, z.object({ code: z.enum(codes) })) } },
})

/** An answer that is no problem. */
export const answer = <T extends z.ZodType>(description: string, schema: T, type = 'application/json') => ({
  description,
  content: { [type]: { schema } },
})

/** An answer without a body. */
export const noBody = (description: string) => z.undefined().describe(description)
