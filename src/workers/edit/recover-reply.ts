import { JobError } from '../../shared/errors/job-errors.ts'
import type { Evidence } from '../../shared/jobs/checkpoint.ts'
import { draftHash } from '../../shared/upstream/draft.ts'
import { UpstreamError } from '../../shared/upstream/upstream-error.ts'
import { advance, rewind, snooze, type Outcome, type StepContext } from './step.ts'

/** So many reads of an unchanged state, and the stream's cap, are our proof that a message was not applied. */
const PROOF_READS = 5
/** A message is sent once more with proof, never twice. */
export const MOST_SENDINGS = 2

type Sent = Pick<Evidence, 'upstreamSession' | 'sentAt' | 'draftBefore' | 'sendings'> &
  Partial<Pick<Evidence, 'unchangedReads' | 'changedDraft'>>

/**
 * After a broken stream: was the message applied? A draft that has changed, and then stays the same for two reads, says
 * yes. Five unchanged reads and a passed cap say no: it is sent once more, never twice. Nothing else is proof.
 */
export async function recoverReply(
  ctx: StepContext,
  sent: Sent,
): Promise<Outcome<Pick<Evidence, 'reply' | 'draftBefore'>>> {
  // Measured before the read: one that was answered before the cap proves nothing for the time up to it.
  const elapsedMs = ctx.clock.now() - sent.sentAt
  const draft = await readDraft(ctx, sent)
  await ctx.tell('Still working', elapsedMs)
  const { next } = ctx.settings.recoveryMs

  if (draft !== sent.draftBefore) {
    if (draft !== sent.changedDraft) return snooze(next, { changedDraft: draft })
    return advance({ reply: { texts: [], error: null, recovered: true }, draftBefore: sent.draftBefore })
  }

  const unchangedReads = (sent.unchangedReads ?? 0) + 1
  const capPassed = elapsedMs > ctx.settings.streamMaxMs
  if (unchangedReads < PROOF_READS || !capPassed) return snooze(next, { unchangedReads })
  const otherwise = chargePossible('it was sent twice, its stream broke, and the timeline stayed as it was')
  if (sent.sendings >= MOST_SENDINGS) throw otherwise
  return rewind(['sentAt', 'unchangedReads', 'changedDraft'], { atMost: MOST_SENDINGS, otherwise })
}

async function readDraft({ upstream, signal }: StepContext, sent: Sent): Promise<string> {
  try {
    const { draft } = await upstream.state(sent.upstreamSession, { signal })
    return draft === null ? '' : draftHash(draft)
  } catch (error) {
    if (error instanceof UpstreamError && error.kind === 'session_lost') {
      throw chargePossible('the upstream lost the session after the message was sent', error)
    }
    throw error
  }
}

/** Without proof nobody guesses: the job ends, and a person compares. */
export const chargePossible = (what: string, cause?: unknown) =>
  new JobError(
    'edit_not_applied',
    `Expected proof of what became of the message; ${what}. A charge is possible: compare the credits before you send the job again.`,
    { cause },
  )
