import { z } from 'zod'
import { Look } from '../../../shared/jobs/checkpoint.ts'

/** What is remembered of a render that was seen completed. Times are milliseconds since its start. */
export const SeenRender = z.object({
  timelineMs: z.number().nullable(),
  /** It ended after this and not after that. */
  afterMs: z.number(),
  byMs: z.number(),
  /** Where in between it most likely ended. */
  aboutMs: z.number(),
  looks: z.array(Look),
  /** Looks it took, and looks that the budget had for it. */
  polls: z.number(),
  allowed: z.number(),
  /** What a look cost when it was planned, as a share of the time that the budget has for each. */
  price: z.number(),
})
export type SeenRender = z.infer<typeof SeenRender>

/** What all workers of an upstream account have seen. */
export interface Memory {
  /** The last renders, newest first. */
  readonly renders: readonly SeenRender[]
  /** Looks that the budget had and that were not needed, over all renders. */
  readonly saved: number
}

/** Where that is kept. */
export interface RenderMemory {
  load(): Promise<Memory>
  /** Adds a render (null: none to learn from) and what it left of the budget. */
  remember(seen: SeenRender | null, saved: number): Promise<void>
}

/** How many renders are remembered. */
export const MEMORY_RENDERS = 200
/** So many looks may be saved up at most: what is counted as saved is in part an estimate. */
export const MOST_SAVED = 200
/** What each older render counts less, so that yesterday's speed is forgotten. */
const FORGETTING = 0.99

/** What a render counts that is the `age`-th newest. */
export const weightOf = (age: number): number => FORGETTING ** age
