import { JobError } from '../../../shared/errors/job-errors.ts'
import { jobFile, readText, writeReport, writeText } from '../../../shared/jobs/report.ts'
import { describeChanges, draftHash, isExportable, readAspect, readTimeline } from '../../../shared/upstream/draft.ts'
import { tellReply } from '../../../shared/upstream/tell-reply.ts'
import type { Credits, SessionState } from '../../../shared/upstream/upstream.ts'
import { checkExpectations } from '../check-expectations.ts'
import { advance, defineStep, type StepContext } from '../step.ts'

/** Looks at what the edit came to, before money and minutes go into a render. */
export const verifyEdit = defineStep({
  name: 'verify-edit',
  stage: 'verify',
  needs: ['upstreamSession'],
  uses: ['draftBefore', 'reply'],
  adds: ['draftAfter', 'timelineMs'],

  async run(ctx, { upstreamSession, draftBefore, reply }) {
    const { job, storage, upstream, signal } = ctx
    const { draft } = await upstream.state(upstreamSession, { signal })
    const creditsAfter = reply ? await readBalance(ctx) : undefined
    const changes = draftBefore === undefined ? [] : await changesSince(ctx, draft)
    const { messages } = tellReply(reply?.texts ?? [])
    const timeline = draft === null ? null : readTimeline(draft)
    const expectations = checkExpectations(job.request.expect, {
      changes,
      timeline,
      aspect: draft === null ? null : readAspect(draft),
    })

    await writeText(storage, jobFile.draft(job.id, 'after'), draft ?? '')
    await writeReport(storage, job.id, { messages, timeline, changes, expectations })
    const findings = {
      draftAfter: draft === null ? '' : draftHash(draft),
      timelineMs: timeline?.duration_ms ?? 0,
      ...(creditsAfter && { creditsAfter }),
    }
    // Marked before it is judged, so that a job that fails here still shows what was found.
    const fault = judge({ action: job.action, draft, reply, changes, messages, expectations })
    if (fault) {
      await ctx.mark(findings)
      throw fault
    }
    return advance(findings)
  },
})

interface Findings {
  action: StepContext['job']['action']
  draft: SessionState['draft']
  reply: { error: { code: string | null; message: string } | null } | undefined
  changes: string[]
  messages: string[]
  expectations: { name: string; met: boolean }[]
}

function judge({ action, draft, reply, changes, messages, expectations }: Findings): JobError | null {
  if (reply?.error) {
    const { code, message } = reply.error
    return new JobError('edit_rejected', `The upstream answered the instruction with an error: ${message}`, {
      upstream: { status: 200, code, message },
    })
  }
  if (action === 'edit' && changes.length === 0 && messages.length === 0) {
    return new JobError(
      'edit_not_applied',
      'Expected a change of the timeline; there is none, and the upstream said nothing. Put the instruction in other words.',
    )
  }
  const missed = expectations.filter(({ met }) => !met).map(({ name }) => name)
  if (missed.length > 0) {
    return new JobError(
      'expectation_failed',
      `Expected ${missed.join(', ')}; the timeline differs. No render was started.`,
    )
  }
  if (action !== 'status' && !isExportable(draft)) {
    const said = messages.length > 0 ? ` The upstream said: ${messages.join(' ')}` : ''
    return new JobError('edit_not_applied', `Expected something on the timeline to export; it is empty.${said}`)
  }
  return null
}

async function changesSince({ job, storage }: StepContext, draft: SessionState['draft']): Promise<string[]> {
  const before = await readText(storage, jobFile.draft(job.id, 'before'))
  return describeChanges(before === '' ? null : before, draft)
}

/** The balance is told for information: a fault of that read must not fail an edit that was paid for. */
async function readBalance({ upstream, signal }: StepContext): Promise<Credits | undefined> {
  return upstream.credits({ signal }).catch((error: unknown) => {
    if (signal.aborted) throw error
    return undefined
  })
}
