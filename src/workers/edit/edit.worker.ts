import { Worker } from 'bullmq'
import type { ConnectionOptions } from 'bullmq'
import type { JobId } from '../../shared/jobs/ids.ts'
import { Leg, LEGS_QUEUE } from '../../shared/queues/legs.ts'
import type { AccountVisit } from '../account/account-visit.ts'
import { gatedUpstream } from '../account/gated-upstream.ts'
import { carryLeg, ShuttingDown, type LegDeps } from './carry-leg.ts'

export interface EditWorker {
  /** Legs that this process carries just now. */
  active(): number
  /** Interrupts running legs, which hand their jobs back, and waits for them. */
  close(): Promise<void>
}

export interface EditWorkerDeps extends Omit<LegDeps, 'ports'> {
  ports: Omit<LegDeps['ports'], 'takeMessageSlot' | 'spending'>
  visitAccount: (jobId: JobId) => AccountVisit
  connection: ConnectionOptions
  prefix: string
  concurrency: number
  onDone: () => void
}

/** The only file that knows both the pipeline and BullMQ. BullMQ carries legs; whether a leg may run is decided by its epoch. */
export function startEditWorker(deps: EditWorkerDeps): EditWorker {
  const shutdown = new AbortController()
  let active = 0
  const worker = new Worker(
    LEGS_QUEUE,
    async (queued, _token, lockLost) => {
      // three parameters, no default: else BullMQ passes no signal
      active++
      try {
        const signal = lockLost ? AbortSignal.any([lockLost, shutdown.signal]) : shutdown.signal
        await carry(deps, Leg.parse(queued.data), signal)
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

/** A leg sees the upstream through its own visit, which knows for which job it asks. */
async function carry(deps: EditWorkerDeps, leg: Leg, signal: AbortSignal): Promise<void> {
  await using visit = deps.visitAccount(leg.jobId)
  const upstream = gatedUpstream(deps.ports.upstream, visit)
  const { spending } = visit
  const ports = { ...deps.ports, upstream, spending, takeMessageSlot: () => visit.takeMessageSlot() }
  await carryLeg({ ...deps, ports }, leg, signal)
}
