import type { JobError } from '../../shared/errors/job-errors.ts'
import type { Checkpoint, Evidence } from '../../shared/jobs/checkpoint.ts'
import type { Stage } from '../../shared/jobs/states.ts'
import { LeaseLost } from './hold-lease.ts'
import { toldByRedis } from '../../shared/redis/redis-away.ts'
import { judgeError } from './judge-error.ts'
import type { EvidenceName, Outcome, Step, StepContext, Wait } from './step.ts'

/** How a leg ended. Interruptions are thrown: they are nobody's failure. */
export type LegResult = { checkpoint: Checkpoint } & (
  | { kind: 'finished' }
  | { kind: 'snoozed'; delayMs: number; stage: Stage; progress: number | undefined }
  | { kind: 'waiting'; wait: Wait }
  | { kind: 'failed'; error: JobError; stage: Stage }
)

/** What a leg works on: the job's evidence, and where to save it. */
export interface LegState {
  readonly checkpoint: Checkpoint
  /** Saves the evidence, fenced; tells when the stage is another than before. */
  save(checkpoint: Checkpoint, stage: Stage): Promise<void>
}

/**
 * Runs the steps whose evidence is missing, in order, until one waits, fails, or all are done. What a step made is saved
 * before the next begins; what the last one made goes with the result. Knows no step by name.
 */
export async function runLeg(
  steps: readonly Step[],
  ctx: Omit<StepContext, 'mark'>,
  state: LegState,
): Promise<LegResult> {
  let checkpoint = state.checkpoint

  for (let step = nextStep(steps, checkpoint); step; step = nextStep(steps, checkpoint)) {
    ctx.signal.throwIfAborted()
    const { stage } = step
    await state.save(checkpoint, stage)

    const mark = async (evidence: Checkpoint, forget: readonly EvidenceName[] = []) => {
      checkpoint = { ...without(checkpoint, forget), ...evidence }
      await state.save(checkpoint, stage)
    }
    const outcome = await runStep(step, { ...ctx, mark }, () => checkpoint)

    if (outcome instanceof Error) return { kind: 'failed', error: outcome, stage, checkpoint }
    switch (outcome.kind) {
      case 'advance':
        checkpoint = { ...without(checkpoint, ['setbacks']), ...outcome.patch }
        break
      case 'snooze': {
        const { delayMs, progress, patch } = outcome
        return {
          kind: 'snoozed',
          delayMs,
          stage,
          progress,
          checkpoint: { ...without(checkpoint, ['setbacks']), ...patch },
        }
      }
      case 'wait': {
        // What the whole account waits for is no setback of this job.
        const setbacks = (checkpoint.setbacks ?? 0) + (outcome.wait.shared ? 0 : 1)
        return { kind: 'waiting', wait: outcome.wait, checkpoint: { ...checkpoint, setbacks } }
      }
      case 'rewind': {
        const rewound = goBack(checkpoint, outcome)
        if (rewound === null) return { kind: 'failed', error: outcome.otherwise, stage, checkpoint }
        checkpoint = rewound
      }
    }
  }
  return { kind: 'finished', checkpoint }
}

async function runStep(
  step: Step,
  ctx: StepContext,
  checkpoint: () => Checkpoint,
): Promise<Outcome<Checkpoint> | JobError> {
  const given = checkpoint()
  if (!satisfies(given, step)) throw new TypeError(`${step.name} ran before what it needs: ${step.needs.join(', ')}`)
  try {
    return await step.run(ctx, given)
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (error instanceof LeaseLost) throw error
    // Without Redis nothing can be written down: the leg breaks off, and another goes on from the last evidence.
    if (toldByRedis(error) !== null) throw error
    return judgeError(error, { stage: step.stage, checkpoint: checkpoint(), settings: ctx.settings })
  }
}

const nextStep = (steps: readonly Step[], checkpoint: Checkpoint) =>
  steps.find((step) => !step.adds.every((name) => checkpoint[name] !== undefined))

const satisfies = (checkpoint: Checkpoint, step: Step): checkpoint is Evidence =>
  step.needs.every((name) => checkpoint[name] !== undefined)

function goBack(checkpoint: Checkpoint, rewind: Outcome<never> & { kind: 'rewind' }): Checkpoint | null {
  const reason = rewind.forget.join('+')
  const taken = checkpoint.rewinds?.[reason] ?? 0
  if (taken >= rewind.atMost) return null
  const rewinds = { ...checkpoint.rewinds, [reason]: taken + 1 }
  return { ...without(checkpoint, rewind.forget), ...rewind.remember, rewinds }
}

const without = (checkpoint: Checkpoint, names: readonly EvidenceName[]): Checkpoint =>
  Object.fromEntries(Object.entries(checkpoint).filter(([name]) => !names.some((gone) => gone === name)))
