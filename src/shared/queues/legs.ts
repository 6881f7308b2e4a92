import { z } from 'zod'
import { JobId } from '../jobs/ids.ts'

/** BullMQ's queue of legs. It never holds the backlog, only what free slots can carry. */
export const LEGS_QUEUE = 'legs'

/** One turn of a job at a worker. */
export const Leg = z.object({ jobId: JobId, epoch: z.int() })
export type Leg = z.infer<typeof Leg>

/** BullMQ's id of a leg: adding it twice adds it once. BullMQ forbids colons in ids. */
export const legId = ({ jobId, epoch }: Leg): string => `${jobId}.${epoch}`
