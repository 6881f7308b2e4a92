import { JobError } from '../../../shared/errors/job-errors.ts'
import { writeText, jobFile } from '../../../shared/jobs/report.ts'
import { draftHash } from '../../../shared/upstream/draft.ts'
import type { Upstream, UpstreamSession } from '../../../shared/upstream/upstream.ts'
import { UpstreamError } from '../../../shared/upstream/upstream-error.ts'
import { advance, defineStep, snooze, type StepContext } from '../step.ts'
import { MOST_SENDINGS, recoverReply } from '../recover-reply.ts'

const SLOT_RETRY_MS = 1_000

/**
 * The one step that costs money. Before sending, the draft's hash and `sentAt` are written; found again with `sentAt`
 * but no reply, the message may have been applied, and only `recoverReply` may decide to send it once more.
 */
export const sendInstruction = defineStep({
  name: 'send-instruction',
  stage: 'edit',
  needs: ['upstreamSession', 'inputsUploaded', 'creditsBefore'],
  uses: ['sentAt', 'draftBefore', 'sendings', 'unchangedReads', 'changedDraft', 'followUp'],
  adds: ['reply', 'draftBefore'],

  async run(ctx, given) {
    const { upstreamSession, sentAt, draftBefore, sendings = 0, followUp } = given
    if (sentAt !== undefined && draftBefore !== undefined) {
      return recoverReply(ctx, { ...given, sentAt, draftBefore, sendings })
    }
    if (sendings >= MOST_SENDINGS) throw takenByNobody()

    await using slot = await ctx.takeMessageSlot()
    if (!slot) return snooze(SLOT_RETRY_MS)

    const before = draftBefore ?? (await noteDraft(ctx, upstreamSession))
    // Since the proof the leg may have waited for a slot: what was applied meanwhile must not be paid for again.
    if (sendings > 0 && (await readDraft(ctx, upstreamSession)).hash !== before) {
      const sent = { sentAt: ctx.clock.now(), draftBefore: before, sendings }
      await ctx.mark(sent)
      return recoverReply(ctx, { ...given, ...sent })
    }
    // Fenced: a leg that lost its lease stops here, before the money.
    await ctx.mark({ draftBefore: before, sentAt: ctx.clock.now(), sendings: sendings + 1 })
    try {
      const reply = await send(ctx, upstreamSession, followUp?.instruction ?? ctx.job.request.instruction ?? '')
      return advance({ reply: { ...reply, recovered: false }, draftBefore: before })
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      if (error.delivery === 'unknown' && error.kind === 'rejected') {
        return advance({ reply: { ...refusalAsReply(error), recovered: false }, draftBefore: before })
      }
      if (error.delivery === 'unknown') return snooze(ctx.settings.recoveryMs.first)
      // Refused or never sent is proof that it was not applied: the mark goes, and the refusal decides what comes next.
      // One that timed out there (408) is sent once more at most, like all that came through to the upstream.
      const timedOut = error.kind === 'unavailable' && error.delivery === 'refused'
      await ctx.mark({ sendings: timedOut ? sendings + 1 : sendings }, ['sentAt'])
      throw error
    }
  },
})

/** An answer that is an error, but of no code that proves anything, ends the edit like an error within the stream. */
const refusalAsReply = ({ words, message }: UpstreamError) => ({
  texts: [],
  error: { code: words.code === null ? null : String(words.code), message: words.message ?? message },
})

const takenByNobody = () =>
  new JobError(
    'edit_rejected',
    'Expected the upstream to take the message; it was sent twice, and the last one timed out there (408). Nothing was applied.',
    { upstream: { status: 408, code: null, message: null } },
  )

async function readDraft({ upstream, signal }: StepContext, session: UpstreamSession) {
  const { draft } = await upstream.state(session, { signal })
  return { draft, hash: draft === null ? '' : draftHash(draft) }
}

async function noteDraft(ctx: StepContext, session: UpstreamSession): Promise<string> {
  const { draft, hash } = await readDraft(ctx, session)
  await writeText(ctx.storage, jobFile.draft(ctx.job.id, 'before'), draft ?? '')
  return hash
}

async function send(ctx: StepContext, session: UpstreamSession, text: string): ReturnType<Upstream['sendMessage']> {
  const { upstream, clock, settings, signal } = ctx
  const startedAt = clock.now()
  const done = new AbortController()
  const telling = tellWhileWorking(ctx, startedAt, AbortSignal.any([done.signal, signal]), settings.stillWorkingMs)
  try {
    return await upstream.sendMessage(session, text, { signal })
  } finally {
    done.abort()
    await telling
  }
}

async function tellWhileWorking(ctx: StepContext, startedAt: number, signal: AbortSignal, everyMs: number) {
  while (!signal.aborted) {
    await ctx.clock.sleep(everyMs, { signal }).catch(() => undefined)
    // Telling is a courtesy: it must not end the stream that it tells about.
    if (!signal.aborted) await ctx.tell('Still working', ctx.clock.now() - startedAt).catch(() => undefined)
  }
}
