import { JobError } from '../../shared/errors/job-errors.ts'
import { isOverdue } from '../../shared/jobs/deadlines.ts'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { JobRecord } from '../../shared/jobs/job.ts'
import { holderOf, type JobStore, type StopStatus } from '../../shared/jobs/job-store.ts'
import type { Logger } from '../../shared/observe/logger.ts'
import type { Clock } from '../../shared/time/clock.ts'
import { endingOf } from '../../shared/jobs/ending.ts'
import { holdLease, LeaseLost, StopAsked } from './hold-lease.ts'
import { Leg } from './leg.ts'
import type { EditSettings, StepContext } from './step.ts'
import type { StopRequests } from './stop-requests.ts'

/** Why a leg's signal aborts when the process shuts down: the job is handed back at its last checkpoint. */
export class ShuttingDown extends Error {
  override readonly name = 'ShuttingDown'
}

export interface LegDeps {
  jobs: JobStore
  /** What steps touch, but for what belongs to one job. */
  ports: Omit<StepContext, 'job' | 'signal' | 'mark' | 'tell' | 'clock' | 'settings' | 'takeMessageSlot'> & {
    takeMessageSlot: (holder: JobId) => Promise<AsyncDisposable | null>
  }
  stops: StopRequests
  clock: Clock
  settings: EditSettings
  retentionDays: number
  leaseMs: number
  log: Logger
}

/** Carries one job as far as it goes now: begins, runs steps, and writes how it ended. Never throws for a job's own fault. */
export async function carryLeg(
  deps: LegDeps,
  { jobId, epoch }: { jobId: JobId; epoch: number },
  signal: AbortSignal,
): Promise<void> {
  const job = await deps.jobs.find(jobId)
  if (!job) return
  const overdue = await endIfOverdue(deps, job)
  if (overdue === 'ended') return
  const holder = holderOf(job, epoch)
  if ((await deps.jobs.begin(holder, job)).kind === 'refused') return // taken by another, or delivered twice

  await using lease = holdLease(deps, holder)
  const leg = new Leg(deps, holder, job)
  try {
    const stopAsked = overdue ?? job.stop_asked
    if (stopAsked) throw new StopAsked(stopAsked)
    await leg.end(await leg.steps(AbortSignal.any([signal, lease.interrupted])))
  } catch (error) {
    await interrupt(deps, { leg, job, error: lease.interrupted.aborted ? lease.interrupted.reason : error }, signal)
  }
}

/** What interrupts a leg is nobody's failure: it stops as asked, hands its job back, or leaves it to who holds it now. */
async function interrupt(
  { log }: LegDeps,
  { leg, job, error }: { leg: Leg; job: JobRecord; error: unknown },
  signal: AbortSignal,
): Promise<void> {
  if (error instanceof LeaseLost) {
    log.warn({ job: job.id, err: error }, 'another worker holds this job now; this leg stops')
  } else if (error instanceof StopAsked) {
    await leg.stop(error.to, error.to === 'expired' ? overdueError(job) : null)
  } else if (signal.reason instanceof ShuttingDown) {
    await leg.handBack()
    log.info({ job: job.id }, 'handed back at its last checkpoint')
  } else {
    throw error
  }
}

async function endIfOverdue(deps: LegDeps, job: JobRecord): Promise<'ended' | StopStatus | null> {
  if (!isOverdue(job, deps.clock.now())) return null
  const stopped = await deps.jobs.stop(job, 'expired', endingOf(deps, overdueError(job), job.stage))
  return stopped === 'stopping' ? 'expired' : 'ended'
}

/** The error of a job that was not done in time. */
export function overdueError({ request: { start_by, finish_by }, started_at }: JobRecord): JobError {
  const limit = started_at === null && start_by !== null ? `start by ${start_by}` : `end by ${finish_by}`
  return new JobError('deadline_exceeded', `Expected the job to ${limit}; it is later now. Give it more time.`)
}
