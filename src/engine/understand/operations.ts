import { z } from 'zod'

/** A place on the timeline, counted in ms from its start, or backwards from its end. */
export const Instant = z.object({ anchor: z.enum(['start', 'end']), ms: z.number().nonnegative() })
export type Instant = z.infer<typeof Instant>

export const POSITIONS = [
  'top_left',
  'top',
  'top_right',
  'left',
  'center',
  'right',
  'bottom_left',
  'bottom',
  'bottom_right',
] as const
export const Position = z.enum(POSITIONS)
export type Position = z.infer<typeof Position>

/** What one part of an instruction asks for. */
export const Operation = z.discriminatedUnion('op', [
  z.object({ op: z.literal('keep'), from: Instant, to: Instant }),
  z.object({ op: z.literal('remove'), from: Instant, to: Instant }),
  z.object({ op: z.literal('trim_silences') }),
  z.object({
    op: z.literal('add_text'),
    text: z.string().min(1).max(300),
    from: Instant,
    to: Instant.nullable(),
    /** Used where `to` is null. */
    lengthMs: z.number().positive(),
    position: Position,
  }),
  z.object({ op: z.literal('resize'), height: z.union([z.literal(720), z.literal(1080)]) }),
])
export type Operation = z.infer<typeof Operation>

/** What an instruction means: what can be done, and in the caller's words what cannot. */
export interface Understanding {
  operations: Operation[]
  notUnderstood: string[]
}
