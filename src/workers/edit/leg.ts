import type { JobError } from '../../shared/errors/job-errors.ts'
import type { Checkpoint } from '../../shared/jobs/checkpoint.ts'
import type { JobRecord, StageTimes } from '../../shared/jobs/job.ts'
import type { Holder, MoveResult, Progress, StopStatus } from '../../shared/jobs/job-store.ts'
import type { Stage } from '../../shared/jobs/states.ts'
import { SECOND_MS } from '../../shared/time/clock.ts'
import type { LegDeps } from './carry-leg.ts'
import { endingOf } from '../../shared/jobs/ending.ts'
import { LeaseLost } from './hold-lease.ts'
import { backOffMs } from './judge-error.ts'
import { PIPELINES, STAGE_PROGRESS } from './pipeline.ts'
import { runLeg, type LegResult } from './run-leg.ts'
import type { Wait } from './step.ts'

/** A job that failed so often, with back-off between, ends. */
const MOST_ATTEMPTS = 5

/** Failures that are told with all their causes, since an operator must find them; the others are the caller's to mend. */
const OURS: ReadonlySet<string> = new Set(['internal', 'storage_failed'])

/** How long the upstream may take to cancel a render; callers were promised an end within 5 s. */
const CANCEL_MS = 3 * SECOND_MS

/** One leg: what it has come to so far, and how it is written. */
export class Leg {
  readonly #deps: LegDeps
  readonly #holder: Holder
  readonly #job: JobRecord
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
    const { jobs, log } = this.#deps
    this.#checkpoint = result.checkpoint
    this.#countTime(this.#stage)
    switch (result.kind) {
      case 'finished':
        this.#written(
          await jobs.finish(this.#holder, 'succeeded', { ...this.#progress(1), ...this.#ending(null, null) }),
        )
        return log.info({ job: this.#job.id, attempt: this.#job.attempt }, 'succeeded')
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

  /** Ends the job as it was asked: what runs at the upstream is cancelled, what was half done goes. */
  async stop(to: StopStatus, error: JobError | null): Promise<void> {
    const { jobs, ports } = this.#deps
    const { renderId, renderUrl } = this.#checkpoint
    if (renderId !== undefined && renderUrl === undefined) {
      await ports.upstream.cancelRender(renderId, { signal: AbortSignal.timeout(CANCEL_MS) }).catch(() => undefined)
    }
    this.#countTime(this.#stage)
    const ending = { ...this.#progress(), ...this.#ending(error, this.#stage) }
    this.#written(await jobs.finish(this.#holder, to, ending))
  }

  async handBack(): Promise<void> {
    await this.#deps.jobs.handBack(this.#holder, this.#progress())
  }

  async #fail(error: JobError, stage: Stage): Promise<void> {
    const { jobs, log, settings } = this.#deps
    const { attempt } = this.#job
    const ours = OURS.has(error.code)
    log[ours ? 'error' : 'info'](
      { job: this.#job.id, code: error.code, stage, attempt, ...(ours && { err: error }) },
      error.message,
    )
    if (error.retry === 'backoff' && attempt < MOST_ATTEMPTS) {
      const delayMs = backOffMs(attempt - 1, settings)
      const detail = `Attempt ${attempt} failed: ${error.message}`
      return this.#wait({ reason: 'retry', delayMs, detail }, { attempt: attempt + 1 })
    }
    const ending = { ...this.#progress(), ...this.#ending(error, stage) }
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

  #ending(error: JobError | null, stage: Stage | null) {
    return endingOf(this.#deps, error, stage)
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
    throw new LeaseLost(`${this.#job.id}: ${result.why}, found ${result.found}`)
  }
}

const within = (stage: Stage, part: number) => {
  const { from, to } = STAGE_PROGRESS[stage]
  return Math.round((from + (to - from) * Math.min(1, Math.max(0, part))) * 1000) / 1000
}
