import type { JobError } from '../../shared/errors/job-errors.ts'
import type { Checkpoint, Evidence } from '../../shared/jobs/checkpoint.ts'
import type { JobRecord } from '../../shared/jobs/job.ts'
import type { Session } from '../../shared/jobs/session-store.ts'
import type { Stage, WaitReason } from '../../shared/jobs/states.ts'
import type { Storage } from '../../shared/storage/storage.ts'
import type { Clock } from '../../shared/time/clock.ts'
import type { Upstream, UpstreamSession } from '../../shared/upstream/upstream.ts'
import type { ClipFetcher } from './fetch-clip.ts'
import type { PollPlan } from './poll-plan/poll-plan.ts'
import type { VideoFacts } from './probe-video.ts'

export type EvidenceName = keyof Evidence

/** Waits and limits that steps obey, milliseconds unless named otherwise. */
export interface EditSettings {
  renderMaxMs: number
  recoveryMs: { first: number; next: number }
  streamMaxMs: number
  stillWorkingMs: number
  creditsProbeMs: number
  rateLimitMs: number
  retryMs: { first: number; longest: number }
}

export interface SpendingPort {
  /** The account's turn, to be asked before the first balance; null where another job spends just now. */
  look(): Promise<number | null>
  /** After the last balance: whether all that was spent since that turn is this job's. */
  end(turn: number | null): Promise<boolean>
}

/** What a step may touch: ports only, so that it can be run by hand. */
export interface StepContext {
  readonly job: JobRecord
  readonly upstream: Upstream
  readonly storage: Storage
  readonly sessions: {
    find(id: Session['id']): Promise<Session | null>
    linkUpstream(id: Session['id'], upstream: UpstreamSession): Promise<void>
    noteUse(id: Session['id'], job: JobRecord['id']): Promise<void>
  }
  readonly clips: ClipFetcher
  readonly probe: (path: string, signal: AbortSignal) => Promise<VideoFacts | 'unreadable' | null>
  /** Leave to stream one message; null when all slots of the upstream account are taken. */
  readonly takeMessageSlot: () => Promise<AsyncDisposable | null>
  /** Tells what the job was charged from what others of the account were. */
  readonly spending: SpendingPort
  /** When a render is looked at. */
  readonly pollPlan: PollPlan
  readonly clock: Clock
  readonly settings: EditSettings
  readonly signal: AbortSignal
  /** Writes (and forgets) evidence before a call is made, fenced: throws when another holds the job. */
  mark(evidence: Checkpoint, forget?: readonly EvidenceName[]): Promise<void>
  /** Tells callers that the step is at work. */
  tell(message: string, elapsedMs: number): Promise<void>
}

export interface Wait {
  reason: WaitReason
  delayMs: number
  detail: string
  helpUrl?: string | null
  /** Everybody waits: it says nothing about this job, and does not count towards its back-off. */
  shared?: true
}

/** What a step says. Only failing is thrown: waiting and going back are not failing. */
export type Outcome<Patch> =
  | { kind: 'advance'; patch: Patch }
  | { kind: 'snooze'; delayMs: number; patch: Checkpoint; progress: number | undefined }
  | { kind: 'wait'; wait: Wait }
  | { kind: 'rewind'; forget: readonly EvidenceName[]; remember: Checkpoint; atMost: number; otherwise: JobError }

export const advance = <Patch>(patch: Patch): Outcome<Patch> => ({ kind: 'advance', patch })

/** Looks again in `delayMs`. `progress`: how far this stage is, 0 to 1. */
export const snooze = (delayMs: number, patch: Checkpoint = {}, progress?: number): Outcome<never> => ({
  kind: 'snooze',
  delayMs,
  patch,
  progress,
})

export const waitFor = (wait: Wait): Outcome<never> => ({ kind: 'wait', wait })

/** Forgets evidence, so that the job goes back to the step that makes it; past `atMost` times it fails instead. */
export const rewind = (
  forget: readonly EvidenceName[],
  limits: { atMost: number; otherwise: JobError; remember?: Checkpoint },
): Outcome<never> => ({ kind: 'rewind', forget, remember: limits.remember ?? {}, ...limits })

/** A step is done when everything it `adds` is in the checkpoint, so every step must add something. */
export interface Step {
  readonly name: string
  readonly stage: Stage
  readonly needs: readonly EvidenceName[]
  readonly uses: readonly EvidenceName[]
  readonly adds: readonly [EvidenceName, ...EvidenceName[]]
  run(ctx: StepContext, given: Evidence): Promise<Outcome<Checkpoint>>
}

/** Types `run` from `needs`, `uses` (may be there) and `adds`: a step can neither read nor claim what it did not declare. */
export function defineStep<
  const N extends readonly EvidenceName[],
  const A extends readonly [EvidenceName, ...EvidenceName[]],
  const U extends readonly EvidenceName[] = readonly [],
>(step: {
  name: string
  stage: Stage
  needs: N
  uses?: U
  adds: A
  run(
    ctx: StepContext,
    given: Pick<Evidence, N[number]> & Partial<Pick<Evidence, U[number]>>,
  ): Promise<Outcome<Pick<Evidence, A[number]> & Checkpoint>>
}): Step {
  return { ...step, uses: step.uses ?? [] }
}
