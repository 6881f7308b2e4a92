import { JobError } from '../../../shared/errors/job-errors.ts'
import { advance, defineStep } from '../step.ts'

/** Takes up the upstream's session behind ours, or makes it. Every call makes a new one, so it is noted at once. */
export const openSession = defineStep({
  name: 'open-session',
  stage: 'upload',
  needs: [],
  uses: ['lostSessionId'],
  adds: ['upstreamSession'],

  async run({ job, sessions, upstream, signal }, { lostSessionId }) {
    const session = await sessions.find(job.session)
    if (!session) throw new JobError('internal', `The session ${job.session} is gone while its job ran`)
    if (session.upstream && session.upstream.sessionId !== lostSessionId) {
      return advance({ upstreamSession: session.upstream })
    }
    const upstreamSession = await upstream.createSession({ language: job.request.language }, { signal })
    await sessions.linkUpstream(job.session, upstreamSession)
    return advance({ upstreamSession })
  },
})
