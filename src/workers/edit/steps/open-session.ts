import { JobError } from '../../../shared/errors/job-errors.ts'
import { advance, defineStep, type StepContext } from '../step.ts'

/** Takes up the upstream's session behind ours, or makes it. Every call makes a new one, so it is noted at once. */
export const openSession = defineStep({
  name: 'open-session',
  stage: 'upload',
  needs: [],
  uses: ['lostSessionId', 'followUp'],
  adds: ['upstreamSession'],

  async run({ job, sessions, upstream, signal }, { lostSessionId, followUp }) {
    const session = await sessions.find(job.session)
    if (!session) throw new JobError('internal', `The session ${job.session} is gone while its job ran`)
    const isLost = session.upstream?.sessionId === lostSessionId
    if (session.upstream && !isLost) return advance({ upstreamSession: session.upstream })
    // A new session is empty: what this job has not made by itself, it can't make again.
    const heldMore = (session.firstUsedBy !== null && session.firstUsedBy !== job.id) || followUp !== undefined
    if (session.upstream && heldMore) throw timelineLost(job)
    const upstreamSession = await upstream.createSession({ language: job.request.language }, { signal })
    await sessions.linkUpstream(job.session, upstreamSession)
    return advance({ upstreamSession })
  },
})

function timelineLost({ action, session }: StepContext['job']): JobError {
  const code = action === 'edit' ? 'edit_rejected' : action === 'export' ? 'render_failed' : 'upstream_unavailable'
  const detail = `Expected to go on with the timeline of ${session}; the upstream lost it, with what earlier messages and jobs had made. Nothing was sent to an empty one. Retry from the upload, or post the clips to a new session.`
  return new JobError(code, detail, { upstream: { status: null, code: 1002, message: 'session not found' } })
}
