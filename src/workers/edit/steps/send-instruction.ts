import { writeText, jobFile } from '../../../shared/jobs/report.ts'
import { draftHash } from '../../../shared/upstream/draft.ts'
import type { UpstreamSession } from '../../../shared/upstream/upstream.ts'
import { UpstreamError } from '../../../shared/upstream/upstream-error.ts'
import { advance, defineStep, snooze, type StepContext } from '../step.ts'
import { recoverReply } from '../recover-reply.ts'

const SLOT_RETRY_MS = 1_000

/**
 * The one step that costs money. Before sending, the draft's hash and `sentAt` are written; found again with `sentAt`
 * but no reply, the message may have been applied, and only `recoverReply` may decide to send it once more.
 */
export const sendInstruction = defineStep({
  name: 'send-instruction',
  stage: 'edit',
  needs: ['upstreamSession', 'inputsUploaded', 'creditsBefore'],
  uses: ['sentAt', 'draftBefore', 'sendings', 'unchangedReads', 'changedDraft'],
  adds: ['reply', 'draftBefore'],

  async run(ctx, given) {
    const { upstreamSession, sentAt, draftBefore, sendings = 0 } = given
    if (sentAt !== undefined && draftBefore !== undefined) {
      return recoverReply(ctx, { ...given, sentAt, draftBefore, sendings })
    }

    await using slot = await ctx.takeMessageSlot()
    if (!slot) return snooze(SLOT_RETRY_MS)

    const before = draftBefore ?? (await noteDraft(ctx, upstreamSession))
    // Fenced: a leg that lost its lease stops here, before the money.
    await ctx.mark({ draftBefore: before, sentAt: ctx.clock.now(), sendings: sendings + 1 })
    try {
      const reply = await send(ctx, upstreamSession)
      return advance({ reply: { ...reply, recovered: false }, draftBefore: before })
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      if (error.delivery === 'unknown') return snooze(ctx.settings.recoveryMs.first)
      // Refused or never sent is proof that it was not applied: the mark goes, and the refusal decides what comes next.
      await ctx.mark({ sendings }, ['sentAt'])
      throw error
    }
  },
})

async function noteDraft({ job, upstream, storage, signal }: StepContext, session: UpstreamSession): Promise<string> {
  const { draft } = await upstream.state(session, { signal })
  await writeText(storage, jobFile.draft(job.id, 'before'), draft ?? '')
  return draft === null ? '' : draftHash(draft)
}

async function send(ctx: StepContext, session: UpstreamSession) {
  const { upstream, job, clock, settings, signal } = ctx
  const startedAt = clock.now()
  const done = new AbortController()
  const telling = tellWhileWorking(ctx, startedAt, AbortSignal.any([done.signal, signal]), settings.stillWorkingMs)
  try {
    return await upstream.sendMessage(session, job.request.instruction ?? '', { signal })
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
