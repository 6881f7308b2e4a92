import { JobError } from '../../../shared/errors/job-errors.ts'
import type { Evidence, Look } from '../../../shared/jobs/checkpoint.ts'
import type { RenderWatch } from '../poll-plan/poll-plan.ts'
import { advance, defineStep, rewind, snooze, type StepContext } from '../step.ts'

/** Looks once and leaves: waiting happens in Redis, so a deploy never kills a wait. When to look is the plan's to say. */
export const awaitRender = defineStep({
  name: 'await-render',
  stage: 'render',
  needs: ['renderId', 'renderStartedAt'],
  uses: ['timelineMs', 'polling', 'setbacks'],
  adds: ['renderUrl'],

  async run(ctx, given) {
    const { upstream, pollPlan, settings, signal } = ctx
    const { renderId, polling } = given
    if (polling === undefined) {
      const delayMs = await pollPlan.nextDelayMs(watchOf(ctx, given, 0))
      if (delayMs > 0) return snooze(delayMs, { polling: { made: 0, looks: [] } })
    }
    const render = await upstream.getRender(renderId, { signal })
    // A look that brought no answer was one too.
    const watch = watchOf(ctx, given, (polling?.made ?? 0) + (given.setbacks ?? 0) + 1)
    switch (render.status) {
      case 'completed':
        await pollPlan.learn(watch, render)
        return advance({ renderUrl: render.url })
      case 'failed':
        await pollPlan.learn(watch, { status: 'failed' })
        return again(
          'render_failed',
          `The upstream could not render the timeline, also with a new id: ${render.reason}`,
          render.reason,
        )
      case 'unknown':
        return again('render_failed', 'The upstream lost the render twice')
      case 'running': {
        const { made, elapsedMs } = watch
        if (elapsedMs <= settings.renderMaxMs) {
          const looks = [...watch.looks.slice(0, 3), [elapsedMs, render.progress] satisfies Look]
          const delayMs = await pollPlan.nextDelayMs({ ...watch, looks })
          return snooze(delayMs, { polling: { made, looks } }, render.progress ?? undefined)
        }
        await pollPlan.learn(watch, { status: 'failed' })
        await upstream.cancelRender(renderId, { signal }).catch(() => undefined)
        throw new JobError(
          'render_timeout',
          `Expected the render within ${settings.renderMaxMs} ms; after ${elapsedMs} ms it still ran. Retry the export.`,
        )
      }
    }
  },
})

const watchOf = (
  { clock }: StepContext,
  { renderStartedAt, timelineMs, polling }: Pick<Evidence, 'renderStartedAt'> & Partial<Evidence>,
  made: number,
): RenderWatch => ({
  elapsedMs: Math.max(0, clock.now() - renderStartedAt),
  timelineMs: timelineMs || null,
  looks: polling?.looks ?? [],
  made,
})

const again = (code: 'render_failed', detail: string, reason: string | null = null) =>
  rewind(['renderId', 'renderStartedAt', 'polling'], {
    atMost: 1,
    otherwise: new JobError(code, detail, { upstream: { status: 200, code: null, message: reason } }),
  })
