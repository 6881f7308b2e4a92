import { randomBytes } from 'node:crypto'
import { JobError } from '../../../shared/errors/job-errors.ts'
import { jobFile, readText } from '../../../shared/jobs/report.ts'
import { UpstreamError } from '../../../shared/upstream/upstream-error.ts'
import { advance, defineStep, rewind, type StepContext } from '../step.ts'

/** Starts a render of the draft that was verified. The id is written before the call: found again, it is looked up first. */
export const startRender = defineStep({
  name: 'start-render',
  stage: 'export',
  needs: ['upstreamSession', 'draftAfter'],
  uses: ['renderId'],
  adds: ['renderId', 'renderStartedAt'],

  async run(ctx, { upstreamSession: session, renderId: earlier }) {
    const { job, upstream, storage, clock, signal } = ctx
    if (earlier !== undefined && (await isKnown(ctx, earlier))) {
      return advance({ renderId: earlier, renderStartedAt: clock.now() })
    }
    const renderId = earlier ?? newRenderId(clock.now())
    if (earlier === undefined) await ctx.mark({ renderId })
    const draft = await readText(storage, jobFile.draft(job.id, 'after'))
    try {
      const started = await upstream.startRender({ renderId, session, draft, output: job.request.output }, { signal })
      return advance({ renderId: started.renderId, renderStartedAt: clock.now() })
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.kind !== 'rejected') throw error
      const otherwise = new JobError('render_failed', `The upstream refused to render twice: ${error.message}`, {
        upstream: error.words,
        cause: error,
      })
      // The same evidence as for a render that failed: one more id in all.
      return rewind(['renderId', 'renderStartedAt', 'polling'], { atMost: 1, otherwise })
    }
  },
})

const isKnown = async ({ upstream, signal }: StepContext, renderId: string) =>
  (await upstream.getRender(renderId, { signal })).status !== 'unknown'

const newRenderId = (now: number) => `render_${now}_${randomBytes(6).toString('hex')}`
