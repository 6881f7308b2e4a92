import { JobError } from '../../shared/errors/job-errors.ts'
import type { JobRecord } from '../../shared/jobs/job.ts'
import { isExportable } from '../../shared/upstream/draft.ts'
import { isTrailingNoise } from '../../shared/upstream/reply-builder.ts'

/** What the verification found. `messages`: what the last reply has left to say without its talk of a screen. */
export interface EditFindings {
  action: JobRecord['action']
  draft: string | null
  reply: { error: { code: string | null; message: string } | null } | undefined
  changes: readonly string[]
  messages: readonly string[]
  expectations: readonly { name: string; met: boolean }[]
}

/** Why an edit must not be rendered, or null where it may. */
export function judgeEdit({ action, draft, reply, changes, messages, expectations }: EditFindings): JobError | null {
  if (reply?.error) {
    const { code, message } = reply.error
    return new JobError('edit_rejected', `The upstream answered the instruction with an error: ${message}`, {
      upstream: { status: 200, code, message },
    })
  }
  const said = messages.length > 0 ? ` The upstream said: ${messages.join(' ')}` : ''
  if (action === 'edit' && changes.length === 0 && messages.every(isTrailingNoise)) {
    return new JobError(
      'edit_not_applied',
      `Expected a change of the timeline or an answer; there is neither. Put the instruction in other words.${said}`,
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
    return new JobError('edit_not_applied', `Expected something on the timeline to export; it is empty.${said}`)
  }
  return null
}
