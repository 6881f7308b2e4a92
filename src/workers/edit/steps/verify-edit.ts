import { JobError } from '../../../shared/errors/job-errors.ts'
import type { Checkpoint, Evidence } from '../../../shared/jobs/checkpoint.ts'
import { jobFile, readText, writeReport, writeText } from '../../../shared/jobs/report.ts'
import { describeChanges, draftHash, readAspect, readTimeline } from '../../../shared/upstream/draft.ts'
import { tellReply } from '../../../shared/upstream/tell-reply.ts'
import type { Credits, SessionState, UpstreamSession } from '../../../shared/upstream/upstream.ts'
import { UpstreamError } from '../../../shared/upstream/upstream-error.ts'
import { checkExpectations } from '../check-expectations.ts'
import { followUpOf } from '../follow-up.ts'
import { judgeEdit } from '../judge-edit.ts'
import { chargePossible } from '../recover-reply.ts'
import { advance, defineStep, rewind, type StepContext } from '../step.ts'

/** Looks at what the edit came to, before money and minutes go into a render. */
export const verifyEdit = defineStep({
  name: 'verify-edit',
  stage: 'verify',
  needs: ['upstreamSession'],
  uses: ['draftBefore', 'reply', 'followUp', 'creditsBefore', 'spendingTurn'],
  adds: ['draftAfter', 'timelineMs'],

  async run(ctx, given) {
    const { upstreamSession, draftBefore, reply, followUp: earlier } = given
    const { job, sessions, storage } = ctx
    const state = await readState(ctx, upstreamSession, reply)
    const { draft } = state
    const changes = draftBefore === undefined ? [] : await changesSince(ctx, draft)
    if (changes.length > 0) await sessions.noteUse(job.session, job.id)
    const told = tellReply(reply?.texts ?? [])
    const followUp = reply?.error ? null : followUpOf(job, { changes, told, earlier })
    if (followUp) return again(followUp)

    const credits = reply ? await readCharge(ctx, given) : {}
    const messages = [...(earlier?.said ?? []), ...told.messages]
    const timeline = draft === null ? null : readTimeline(draft)
    const expectations = checkExpectations(job.request.expect, { changes, timeline, aspect: aspectOf(state) })
    await writeText(storage, jobFile.draft(job.id, 'after'), draft ?? '')
    await writeReport(storage, job.id, { messages, timeline, changes, expectations })
    const findings = {
      draftAfter: draft === null ? '' : draftHash(draft),
      timelineMs: timeline?.duration_ms ?? 0,
      ...credits,
    }
    // Marked before it is judged, so that a job that fails here still shows what was found.
    const fault = judgeEdit({ action: job.action, draft, reply, changes, messages: told.messages, expectations })
    if (fault) {
      await ctx.mark(findings)
      throw fault
    }
    return advance(findings)
  },
})

async function readState(
  { upstream, signal }: StepContext,
  session: UpstreamSession,
  reply: Evidence['reply'] | undefined,
) {
  try {
    return await upstream.state(session, { signal })
  } catch (error) {
    if (!reply || !(error instanceof UpstreamError) || error.kind !== 'session_lost') throw error
    throw chargePossible('the upstream lost the session after it had answered', error)
  }
}

/** Back to the sending, for the one step that the upstream left to a person; nothing of the first message stands in its way. */
const again = (followUp: Evidence['followUp']) =>
  rewind(['reply', 'sentAt', 'sendings', 'unchangedReads', 'changedDraft'], {
    atMost: 1,
    remember: { followUp },
    otherwise: new JobError('internal', 'A step that the upstream had left to a person was about to be sent twice'),
  })

const aspectOf = ({ draft, canvas }: SessionState): number | null =>
  readAspect(draft) ?? (draft !== null && canvas ? canvas.width / canvas.height : null)

async function changesSince({ job, storage }: StepContext, draft: SessionState['draft']): Promise<string[]> {
  const before = await readText(storage, jobFile.draft(job.id, 'before'))
  return describeChanges(before === '' ? null : before, draft)
}

/** The balance, and what the edit was charged where that can be known. */
async function readCharge(
  ctx: StepContext,
  { creditsBefore, spendingTurn = null }: Partial<Pick<Evidence, 'creditsBefore' | 'spendingTurn'>>,
): Promise<Pick<Checkpoint, 'creditsAfter' | 'charged'>> {
  const creditsAfter = await readBalance(ctx)
  const alone = await ctx.spending.end(spendingTurn)
  if (!creditsAfter) return {}
  const charged = creditsBefore ? creditsBefore.total - creditsAfter.total : -1
  // A balance that has grown was topped up meanwhile.
  return alone && charged >= 0 ? { creditsAfter, charged } : { creditsAfter }
}

/** The balance is told for information: a fault of that read must not fail an edit that was paid for. */
async function readBalance({ upstream, signal }: StepContext): Promise<Credits | undefined> {
  return upstream.credits({ signal }).catch((error: unknown) => {
    if (signal.aborted) throw error
    return undefined
  })
}
