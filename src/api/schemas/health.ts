import { z } from 'zod'

export const Health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' })

const Check = z.object({ ok: z.boolean(), detail: z.string().nullable().describe('What is wrong, in words') })

export const Readiness = z
  .object({ status: z.enum(['ready', 'unready']), checks: z.object({ redis: Check, storage: Check }) })
  .meta({ id: 'Readiness' })
