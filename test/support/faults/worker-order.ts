import { z } from 'zod'

/** What a worker process says once it serves. */
export const SERVES = 'the worker serves'

const Cell = z.object({ namespace: z.string(), apiUrl: z.string() })
/** A namespace of Redis with an upstream of its own: its jobs are all that one share of the process sees. */
export type Cell = z.infer<typeof Cell>

const Order = z.object({ cells: z.array(Cell).min(1), leaseMs: z.int() })
export type Order = z.infer<typeof Order>

/** What a worker process is to serve, from its command line. */
export const readOrder = (argument: string | undefined): Order => Order.parse(JSON.parse(argument ?? ''))
