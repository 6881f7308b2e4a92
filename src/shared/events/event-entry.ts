import { z } from 'zod'
import { JOB_EVENT_TYPES } from '../jobs/events.ts'
import { EventId, JobId, TenantId } from '../jobs/ids.ts'

/** An event as the log holds it. `data` is what it tells beside the job itself: at least the status it tells of. */
export const EventEntry = z.object({
  id: EventId,
  type: z.enum(JOB_EVENT_TYPES),
  at: z.string(),
  /** Counts the tenant's events. */
  sequence: z.coerce.number().int(),
  tenant: TenantId,
  job: JobId,
  data: z.record(z.string(), z.unknown()),
})
export type EventEntry = z.infer<typeof EventEntry>

/**
 * Reads an entry of the stream from its fields and values, as Redis lists them.
 * @throws if it is none of ours, as one that a newer version wrote.
 */
export function decodeEvent(fields: readonly string[]): EventEntry {
  const pairs = fields.flatMap((name, index) => (index % 2 === 0 ? [[name, fields[index + 1]] as const] : []))
  const { data, ...rest } = Object.fromEntries(pairs)
  return EventEntry.parse({ ...rest, data: JSON.parse(data ?? '{}') })
}
