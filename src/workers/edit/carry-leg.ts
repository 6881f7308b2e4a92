import { JobError, type JobErrorCode } from '../../shared/errors/job-errors.ts'
import type { Checkpoint } from '../../shared/jobs/checkpoint.ts'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { JobFailure, JobRecord, StageTimes } from '../../shared/jobs/job.ts'
import { holderOf, type Holder, type JobStore, type MoveResult, type Progress } from '../../shared/jobs/job-store.ts'
import type { Stage } from '../../shared/jobs/states.ts'
import type { Logger } from '../../shared/observe/logger.ts'
import { DAY_MS, type Clock } from '../../shared/time/clock.ts'
import { backOffMs } from './judge-error.ts'
import { PIPELINES, STAGE_PROGRESS } from './pipeline.ts'
import { LeaseLost, runLeg, type LegResult } from './run-leg.ts'
import type { EditSettings, StepContext, Wait } from './step.ts'

/** A job that failed so often, with back-off between, ends. */
const MOST_ATTEMPTS = 5

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
  clock: Clock
  settings: EditSettings
  retentionDays: number
  leaseMs: number
  log: Logger
}

/** Carries one job as far as it goes now: begins, runs steps, and writes how it ended. Never throws for a job's own fault. */
export async function carryLeg(
  deps: LegDeps,
  leg: { jobId: JobId; epoch: number },
  signal: AbortSignal,
): Promise<void> {
  const job = await deps.jobs.find(leg.jobId)
  if (!job) return
  const holder = holderOf(job, leg.epoch)
  const log = deps.log.child({ job: job.id, epoch: leg.epoch })
  if (await endIfTooLate(deps, holder, job)) return
  if ((await deps.jobs.begin(holder, job)).kind === 'refused') return // taken by another, or delivered twice

  const run = new Leg(deps, holder, job)
  await using _renewing = run.keepLease(signal)
  try {
    await run.end(await run.steps(AbortSignal.any([signal, run.lost])))
  } catch (error) {
    if (run.lost.aborted || error instanceof LeaseLost)
      return log.warn('another worker holds this job now; this leg stops')
    if (!(signal.reason instanceof ShuttingDown)) throw error
    await run.handBack()
    log.info('handed back at its last checkpoint')
  }
}

async function endIfTooLate(deps: LegDeps, holder: Holder, job: JobRecord): Promise<boolean> {
  const now = deps.clock.now()
  const late = (limit: string | null) => limit !== null && Date.parse(limit) < now
  const startedTooLate = job.started_at === null && late(job.request.start_by)
  if (!startedTooLate && !late(job.request.finish_by)) return false
  const limit = startedTooLate ? `start by ${job.request.start_by}` : `end by ${job.request.finish_by}`
  const error = failure(new JobError('deadline_exceeded', `Expected the job to ${limit}; it is later now.`), job.stage)
  const ended = await deps.jobs.finish(holder, 'expired', { error, expires_at: expiry(deps) })
  return ended.kind === 'moved'
}

/** One leg: what it has come to so far, and its lease. */
class Leg {
  readonly #deps: LegDeps
  readonly #holder: Holder
  readonly #job: JobRecord
  readonly #lost = new AbortController()
  #checkpoint: Checkpoint
  #stages: StageTimes
  #stage: Stage | null
  #since: number

  constructor(deps: LegDeps, holder: Holder, job: JobRecord) {
    this.#deps = deps
    this.#holder = holder
    this.#job = job
    this.#checkpoint = job.checkpoint
    this.#stages = job.stages
    this.#stage = job.stage
    this.#since = job.snoozed_at === null ? deps.clock.now() : Date.parse(job.snoozed_at)
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  keepLease(signal: AbortSignal): AsyncDisposable {
    const done = new AbortController()
    const renewing = this.#renewUntil(AbortSignal.any([signal, done.signal]))
    return {
      [Symbol.asyncDispose]: async () => {
        done.abort()
        await renewing
      },
    }
  }

  async steps(signal: AbortSignal): Promise<LegResult> {
    const { ports, clock, settings } = this.#deps
    const ctx = {
      ...ports,
      job: this.#job,
      clock,
      settings,
      signal,
      takeMessageSlot: () => ports.takeMessageSlot(this.#job.id),
      tell: (message: string, elapsedMs: number) => this.#tell(message, elapsedMs),
    }
    const save = (checkpoint: Checkpoint, stage: Stage) => this.#save(checkpoint, stage)
    return runLeg(PIPELINES[this.#job.action], ctx, { checkpoint: this.#checkpoint, save })
  }

  async end(result: LegResult): Promise<void> {
    const { jobs } = this.#deps
    this.#checkpoint = result.checkpoint
    this.#countTime(this.#stage)
    switch (result.kind) {
      case 'finished':
        return this.#written(
          await jobs.finish(this.#holder, 'succeeded', {
            ...this.#progress(1),
            error: null,
            expires_at: expiry(this.#deps),
          }),
        )
      case 'snoozed': {
        const progress = result.progress === undefined ? undefined : within(result.stage, result.progress)
        return this.#written(await jobs.snooze(this.#holder, result.delayMs, this.#progress(progress)))
      }
      case 'waiting':
        return this.#wait(result.wait, {})
      case 'failed':
        return this.#fail(result.error, result.stage)
    }
  }

  async handBack(): Promise<void> {
    await this.#deps.jobs.handBack(this.#holder, this.#progress())
  }

  async #fail(error: JobError, stage: Stage): Promise<void> {
    const { jobs, log, settings } = this.#deps
    const { attempt } = this.#job
    log.warn({ job: this.#job.id, code: error.code, stage, attempt, err: error }, error.message)
    if (error.spec.retry === 'backoff' && attempt < MOST_ATTEMPTS) {
      const delayMs = backOffMs(attempt - 1, settings)
      const detail = `Attempt ${attempt} failed: ${error.message}`
      return this.#wait({ reason: 'retry', delayMs, detail }, { attempt: attempt + 1 })
    }
    const ending = { ...this.#progress(), error: failure(error, stage), expires_at: expiry(this.#deps) }
    this.#written(await jobs.finish(this.#holder, 'failed', ending))
  }

  async #wait(wait: Wait, more: Progress): Promise<void> {
    const now = this.#deps.clock.now()
    const waiting = {
      reason: wait.reason,
      detail: wait.detail,
      since: this.#job.waiting?.reason === wait.reason ? this.#job.waiting.since : new Date(now).toISOString(),
      retry_at: new Date(now + wait.delayMs).toISOString(),
      help_url: wait.helpUrl ?? null,
    }
    this.#written(await this.#deps.jobs.wait(this.#holder, wait.delayMs, waiting, { ...this.#progress(), ...more }))
  }

  async #save(checkpoint: Checkpoint, stage: Stage): Promise<void> {
    this.#countTime(stage)
    const entered = stage !== this.#stage
    this.#checkpoint = checkpoint
    this.#stage = stage
    const progress = this.#progress(entered ? within(stage, 0) : undefined)
    this.#written(await this.#deps.jobs.save(this.#holder, progress, entered ? { type: 'job.stage' } : null))
  }

  async #tell(message: string, elapsed_ms: number): Promise<void> {
    const event = { type: 'job.progress' as const, data: { message, elapsed_ms } }
    this.#written(await this.#deps.jobs.save(this.#holder, this.#progress(), event))
  }

  #progress(progress?: number): Progress {
    const known = { checkpoint: this.#checkpoint, stage: this.#stage, stages: this.#stages }
    return progress === undefined ? known : { ...known, progress }
  }

  /** Time since the last look belongs to the stage that was at work; a stage entered counts a try. */
  #countTime(entered: Stage | null): void {
    if (entered === null) return
    const now = this.#deps.clock.now()
    const stages = { ...this.#stages }
    const worked = this.#stage ?? entered
    const before = stages[worked] ?? { ms: 0, tries: 1 }
    stages[worked] = { ...before, ms: before.ms + (now - this.#since) }
    if (entered !== this.#stage)
      stages[entered] = { ms: stages[entered]?.ms ?? 0, tries: (this.#stages[entered]?.tries ?? 0) + 1 }
    this.#stages = stages
    this.#since = now
  }

  #written(result: MoveResult): void {
    if (result.kind === 'moved') return
    this.#lost.abort(new LeaseLost(result.why))
    throw new LeaseLost(`${this.#job.id}: ${result.why}, found ${result.found}`)
  }

  async #renewUntil(signal: AbortSignal): Promise<void> {
    const { clock, jobs, leaseMs, log } = this.#deps
    while (!signal.aborted) {
      await clock.sleep(leaseMs / 3, { signal }).catch(() => undefined)
      if (signal.aborted) return
      const held = await jobs.renew(this.#holder).catch((error: unknown) => {
        log.warn({ err: error, job: this.#job.id }, 'the lease could not be renewed')
        return true // Redis is away; if the lease runs out meanwhile, the epoch fences every write
      })
      if (!held) return this.#lost.abort(new LeaseLost(this.#job.id))
    }
  }
}

const within = (stage: Stage, part: number) => {
  const { from, to } = STAGE_PROGRESS[stage]
  return Math.round((from + (to - from) * Math.min(1, Math.max(0, part))) * 1000) / 1000
}

const expiry = ({ clock, retentionDays }: LegDeps) => new Date(clock.now() + retentionDays * DAY_MS).toISOString()

const failure = (error: JobError, stage: Stage | null): JobFailure => ({
  code: error.code satisfies JobErrorCode,
  stage,
  detail: error.message,
  retryable: error.spec.retryable,
  help_url: error.helpUrl ?? null,
  upstream: error.upstream ?? null,
})
