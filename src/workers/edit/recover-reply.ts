import { JobError } from '../../shared/errors/job-errors.ts'
import type { Evidence } from '../../shared/jobs/checkpoint.ts'
import { draftHash } from '../../shared/upstream/draft.ts'
import { UpstreamError } from '../../shared/upstream/upstream-error.ts'
import { advance, rewind, snooze, type Outcome, type StepContext } from './step.ts'

/** So many reads of an unchanged state, and the stream's cap, are our proof that a message was not applied. */
const PROOF_READS = 5
const MOST_SENDINGS = 2

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
  const draft = await readDraft(ctx, sent)
  const { next } = ctx.settings.recoveryMs

  if (draft !== sent.draftBefore) {
    if (draft !== sent.changedDraft) return snooze(next, { changedDraft: draft })
    return advance({ reply: { texts: [], error: null, recovered: true }, draftBefore: sent.draftBefore })
  }

  const unchangedReads = (sent.unchangedReads ?? 0) + 1
  const capPassed = ctx.clock.now() - sent.sentAt > ctx.settings.streamMaxMs
  if (unchangedReads < PROOF_READS || !capPassed) return snooze(next, { unchangedReads })
  return rewind(['sentAt', 'unchangedReads', 'changedDraft'], {
    atMost: MOST_SENDINGS - 1,
    otherwise: chargePossible('the stream broke twice and the timeline stayed as it was'),
  })
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

const chargePossible = (what: string, cause?: unknown) =>
  new JobError(
    'edit_not_applied',
    `Expected proof of what became of the message; ${what}. A charge is possible: compare the credits before you send the job again.`,
    { cause },
  )
