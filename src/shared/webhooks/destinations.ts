import { createHash } from 'node:crypto'
import type { EventEntry } from '../events/event-entry.ts'
import { DeliveryId, type EventId, type TenantId } from '../jobs/ids.ts'
import type { JobRecord } from '../jobs/job.ts'

/** Where an event goes. */
export interface Destination {
  /** Null for a job's own URL. */
  endpointId: string | null
  url: string
}

/** Every destination of an event: the job's own URL, if it asked for events of this type. */
export function destinationsOf(event: EventEntry, job: JobRecord): Destination[] {
  const { webhook } = job.request
  return webhook?.events.includes(event.type) ? [{ endpointId: null, url: webhook.url }] : []
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The same for the same event and destination, so that what is fanned out twice is delivered once. */
export function deliveryIdOf(event: EventId, { endpointId, url }: Destination): DeliveryId {
  const hash = createHash('sha256')
    .update(`${event}\n${endpointId ?? url}`)
    .digest()
  const letters = Array.from(hash.subarray(0, 26), (byte) => CROCKFORD[byte % 32])
  return DeliveryId.parse(`dlv_${letters.join('')}`)
}

/**
 * The lane that a URL's deliveries wait in: one for each tenant, origin and path, so that a slow one holds up nobody
 * else. The part before the blank is the lane's group, all that a tenant sends to one origin.
 */
export function laneOf(tenant: TenantId, address: string): string {
  const url = URL.parse(address)
  const path = createHash('sha256').update(url?.pathname ?? address)
  return `${tenant}@${url?.origin ?? 'nowhere'} ${path.digest('base64url').slice(0, 16)}`
}
