import type { Checkpoint } from '../../shared/jobs/checkpoint.ts'
import type { ToldReply } from '../../shared/upstream/tell-reply.ts'
import { EDIT_COST } from './steps/check-credits.ts'
import type { StepContext } from './step.ts'

/**
 * Where the timeline did not change and the reply asks a person to drag or drop something: that step as a message, once
 * and within the job's budget. Null where the reply is the last word.
 */
export function followUpOf(
  job: StepContext['job'],
  found: { changes: readonly string[]; told: ToldReply; earlier: Checkpoint['followUp'] },
): Checkpoint['followUp'] | null {
  const { changes, told, earlier } = found
  const budget = job.request.max_credits
  if (job.action !== 'edit' || earlier !== undefined || changes.length > 0 || !told.asksToDrag) return null
  if (budget !== null && budget < 2 * EDIT_COST) return null
  return { instruction: told.dragSteps.join('\n'), said: told.messages.map((message) => asSent(message, told)) }
}

/** What was left to do is done in turn, so it is told as such. */
const asSent = (message: string, { dragSteps }: ToldReply) =>
  dragSteps.reduce(
    (words, step) =>
      words
        .replace(`Still to do: ${step}`, `Asked for in turn: ${step}`)
        .replace(`待办：${step}`, `已接着提出：${step}`),
    message,
  )
