import type { Holder, JobStore, StopStatus } from '../../shared/jobs/job-store.ts'
import type { Logger } from '../../shared/observe/logger.ts'
import { SECOND_MS, type Clock } from '../../shared/time/clock.ts'
import type { StopRequests } from './stop-requests.ts'

/** Another holds the job: nothing of this leg may be written any more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** Someone wants the job to end. */
export class StopAsked extends Error {
  override readonly name = 'StopAsked'
  readonly to: StopStatus

  constructor(to: StopStatus) {
    super(`asked to end as ${to}`)
    this.to = to
  }
}

export interface HeldLease extends AsyncDisposable {
  /** Aborts with `LeaseLost` or `StopAsked`. */
  interrupted: AbortSignal
}

/** A stop is heard at once; should its signal be lost, it is seen at the next look, within what callers were promised. */
const LOOK_MS = 2 * SECOND_MS

/** Keeps a lease for as long as a leg runs, and listens for whoever wants the job to end. */
export function holdLease(
  deps: { jobs: Pick<JobStore, 'renew'>; stops: StopRequests; clock: Clock; leaseMs: number; log: Logger },
  holder: Holder,
): HeldLease {
  const interrupted = new AbortController()
  const done = new AbortController()
  const look = () => renew(deps, holder, interrupted)
  const unwatch = deps.stops.watch(holder.job.id, () => void look())
  const looking = keepLooking(deps, look, AbortSignal.any([done.signal, interrupted.signal]))
  return {
    interrupted: interrupted.signal,
    async [Symbol.asyncDispose]() {
      unwatch()
      done.abort()
      await looking
    },
  }
}

async function keepLooking(
  { clock, leaseMs }: { clock: Clock; leaseMs: number },
  look: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(Math.min(LOOK_MS, leaseMs / 3), { signal }).catch(() => undefined)
    if (!signal.aborted) await look()
  }
}

async function renew(
  { jobs, log }: { jobs: Pick<JobStore, 'renew'>; log: Logger },
  holder: Holder,
  interrupted: AbortController,
): Promise<void> {
  try {
    const found = await jobs.renew(holder)
    if (found === 'lost') interrupted.abort(new LeaseLost(`${holder.job.id} is held by another`))
    else if (found !== null) interrupted.abort(new StopAsked(found))
  } catch (error) {
    // Redis is away; if the lease runs out meanwhile, the epoch fences every write.
    log.warn({ err: error, job: holder.job.id }, 'the lease could not be renewed')
  }
}
