import { z } from 'zod'
import { PROBLEMS, type ProblemCode } from '../../shared/errors/problems.ts'

const CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]

/** RFC 9457, with the stable `code` that clients switch on. */
export const ProblemBody = z
  .object({
    type: z.string().describe('Where this code is explained'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What was expected, what came, what to do'),
    instance: z.string().describe('The path that was called'),
    code: z.enum(CODES),
    request_id: z.string(),
    retryable: z.boolean().describe('Whether the same request may succeed later'),
    errors: z
      .array(
        z.object({
          pointer: z.string().describe('JSON Pointer as a fragment, such as `#/output/quality`'),
          code: z.string(),
          detail: z.string(),
        }),
      )
      .describe('Each fault of the request, at the member that has to be mended'),
  })
  .meta({ id: 'Problem' })
