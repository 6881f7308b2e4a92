import { Worker } from 'bullmq'
import type { ConnectionOptions } from 'bullmq'
import { Leg, LEGS_QUEUE } from '../../shared/queues/legs.ts'
import { carryLeg, ShuttingDown, type LegDeps } from './carry-leg.ts'

export interface EditWorker {
  /** Legs that this process carries just now. */
  active(): number
  /** Interrupts running legs, which hand their jobs back, and waits for them. */
  close(): Promise<void>
}

/** The only file that knows both the pipeline and BullMQ. BullMQ carries legs; whether a leg may run is decided by its epoch. */
export function startEditWorker(
  deps: LegDeps & { connection: ConnectionOptions; prefix: string; concurrency: number; onDone: () => void },
): EditWorker {
  const shutdown = new AbortController()
  let active = 0
  const worker = new Worker(
    LEGS_QUEUE,
    async (queued, _token, lockLost) => {
      // three parameters, no default: else BullMQ passes no signal
      active++
      try {
        const signal = lockLost ? AbortSignal.any([lockLost, shutdown.signal]) : shutdown.signal
        await carryLeg(deps, Leg.parse(queued.data), signal)
      } catch (error) {
        // The job stays leased: its lease runs out and another leg takes it up from its last checkpoint.
        deps.log.error({ err: error, leg: queued.data as unknown }, 'a leg broke off')
      } finally {
        active--
        deps.onDone()
      }
    },
    {
      connection: deps.connection,
      prefix: deps.prefix,
      concurrency: deps.concurrency,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      maxStalledCount: 0,
    },
  )
  worker.on('error', (error) => deps.log.warn({ err: error }, 'the leg worker lost Redis for a moment'))

  return {
    active: () => active,
    async close() {
      shutdown.abort(new ShuttingDown('shutting down'))
      await worker.close()
    },
  }
}
