import { z } from 'zod'
import { EventEntry } from '../events/event-entry.ts'
import { JOB_EVENT_TYPES } from '../jobs/events.ts'
import { DeliveryId, EventId, JobId, TenantId } from '../jobs/ids.ts'
import { DeliveryStatus } from './delivery-status.ts'

/** One try. `status` is null where there was no answer; `error` is null when it succeeded. */
export const DeliveryTry = z.object({
  at: z.string(),
  ms: z.int(),
  status: z.int().nullable(),
  error: z.string().nullable(),
})
export type DeliveryTry = z.infer<typeof DeliveryTry>

/** One event on its way to one URL, as the API shows it. */
export const DeliveryView = z
  .object({
    id: DeliveryId,
    event_id: EventId,
    event_type: z.enum(JOB_EVENT_TYPES),
    endpoint_id: z.string().nullable(),
    url: z.string(),
    status: DeliveryStatus,
    tries: z.array(DeliveryTry),
    next_try_at: z.string().nullable(),
    created_at: z.string(),
  })
  .meta({ id: 'WebhookDelivery' })

/** The same with what only we need: whose it is, where it waits, and the event, which may outlive the log's entry. */
export const Delivery = DeliveryView.extend({ tenant: TenantId, job: JobId, lane: z.string(), event: EventEntry })
export type Delivery = z.infer<typeof Delivery>

/** Reads a delivery's hash: tries lie in `try:1`, `try:2`, …; "" stands for null. */
export function decodeDelivery(hash: Record<string, string>): Delivery {
  const count = Number(hash['tries'] ?? 0)
  const nextTryMs = hash['next_try_ms']
  return Delivery.parse({
    ...hash,
    endpoint_id: hash['endpoint_id'] || null,
    event: JSON.parse(hash['event'] ?? ''),
    tries: Array.from({ length: count }, (_, index): unknown => JSON.parse(hash[`try:${index + 1}`] ?? '')),
    next_try_at: nextTryMs ? new Date(Number(nextTryMs)).toISOString() : null,
  })
}
