import { z } from 'zod'

/**
 * Every legal move of a job; drawn in docs/state-machine.md, which a test keeps in step. A move from a state to itself
 * tells progress or another reason. Handing a job back (a shutdown, a dead worker) is no move: it stays `running`.
 */
export const MOVES = {
  queued: ['running', 'waiting', 'failed', 'canceled', 'expired'],
  running: ['running', 'waiting', 'succeeded', 'failed', 'canceled', 'expired'],
  waiting: ['running', 'waiting', 'failed', 'canceled', 'expired'],
  succeeded: [],
  failed: [],
  canceled: [],
  expired: [],
} as const satisfies Record<string, readonly string[]>

export type JobStatus = keyof typeof MOVES

export const JOB_STATUSES = Object.keys(MOVES) as [JobStatus, ...JobStatus[]]
export const JobStatus = z.enum(JOB_STATUSES)

export const FINAL_STATUSES = ['succeeded', 'failed', 'canceled', 'expired'] as const satisfies JobStatus[]
export type FinalStatus = (typeof FINAL_STATUSES)[number]

export const isFinal = (status: JobStatus): status is FinalStatus => MOVES[status].length === 0

/** The states a job may be in for a move to `to` to be legal. */
export const statusesBefore = (to: JobStatus): JobStatus[] =>
  JOB_STATUSES.filter((from) => MOVES[from].some((next) => next === to))

/** Why a job waits; told to callers. */
export const WAIT_REASONS = [
  'credits',
  'upstream_rate_limit',
  'upstream_down',
  'upstream_auth',
  'session',
  'scheduled',
  'batch_paused',
  'tenant_limit',
  'retry',
] as const
export type WaitReason = (typeof WAIT_REASONS)[number]

/** What a job is at, in the words of the API. */
export const STAGES = ['fetch', 'upload', 'edit', 'verify', 'export', 'render', 'download'] as const
export type Stage = (typeof STAGES)[number]
