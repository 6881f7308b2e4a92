import { z } from 'zod'

/** `skipped`: there was nothing left to tell, as when the job was deleted before its delivery succeeded. */
export const DELIVERY_STATUSES = ['pending', 'succeeded', 'failed', 'skipped'] as const
export const DeliveryStatus = z.enum(DELIVERY_STATUSES)
export type DeliveryStatus = z.infer<typeof DeliveryStatus>
