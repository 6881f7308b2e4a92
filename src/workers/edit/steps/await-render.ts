import { JobError } from '../../../shared/errors/job-errors.ts'
import { advance, defineStep, rewind, snooze } from '../step.ts'

/** Looks once and leaves: waiting happens in Redis, so a deploy never kills a wait. */
export const awaitRender = defineStep({
  name: 'await-render',
  stage: 'render',
  needs: ['renderId', 'renderStartedAt'],
  adds: ['renderUrl'],

  async run({ upstream, clock, settings, signal }, { renderId, renderStartedAt }) {
    const render = await upstream.getRender(renderId, { signal })
    switch (render.status) {
      case 'completed':
        return advance({ renderUrl: render.url })
      case 'failed':
        return again(
          'render_failed',
          `The upstream could not render the timeline, also with a new id: ${render.reason}`,
          render.reason,
        )
      case 'unknown':
        return again('render_failed', 'The upstream lost the render twice')
      case 'running': {
        const elapsedMs = clock.now() - renderStartedAt
        if (elapsedMs <= settings.renderMaxMs) return snooze(settings.pollMs, {}, render.progress ?? undefined)
        await upstream.cancelRender(renderId, { signal }).catch(() => undefined)
        throw new JobError(
          'render_timeout',
          `Expected the render within ${settings.renderMaxMs} ms; after ${elapsedMs} ms it still ran. Retry the export.`,
        )
      }
    }
  },
})

const again = (code: 'render_failed', detail: string, reason: string | null = null) =>
  rewind(['renderId', 'renderStartedAt'], {
    atMost: 1,
    otherwise: new JobError(code, detail, { upstream: { status: 200, code: null, message: reason } }),
  })
