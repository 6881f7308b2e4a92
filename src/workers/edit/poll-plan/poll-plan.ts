import type { Look } from '../../../shared/jobs/checkpoint.ts'

/** A render as its job sees it. Times are milliseconds since its start. */
export interface RenderWatch {
  elapsedMs: number
  /** Length of the timeline that is rendered; null where it is not known. */
  timelineMs: number | null
  /** Looks that found it unfinished and heard how far it is, the last one last. */
  looks: readonly Look[]
  /** All looks so far, also those that brought no answer. */
  made: number
}

/** How a render ended. `durationMs`: where the upstream told how long it took. */
export type RenderEnd = { status: 'completed'; durationMs?: number | undefined } | { status: 'failed' }

/** Decides when a render is looked at, so that its end is known soon without more looks than the budget has. */
export interface PollPlan {
  /** How long to wait before the next look, milliseconds; 0: look now. */
  nextDelayMs(watch: RenderWatch): Promise<number>
  /** Learns from a render whose end was seen just now. */
  learn(watch: RenderWatch, end: RenderEnd): Promise<void>
}
