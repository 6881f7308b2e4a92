import type { Checkpoint, Evidence } from './checkpoint.ts'
import type { JobRecord } from './job.ts'
import type { Stage } from './states.ts'

export const RETRY_FROM = ['auto', 'upload', 'edit', 'export'] as const
export type RetryFrom = (typeof RETRY_FROM)[number]

/** What a new job takes over from the one it goes on with. */
export interface RetryPlan {
  from: Exclude<RetryFrom, 'auto'>
  checkpoint: Checkpoint
  /** Whether it goes on with the earlier job's session; else it begins one of its own. */
  sameSession: boolean
}

/** Evidence that each way takes over; all of `needs` must be there for it. */
const WAYS = {
  export: {
    needs: ['upstreamSession', 'draftAfter'],
    keeps: [
      'inputs',
      'upstreamSession',
      'inputsUploaded',
      'creditsBefore',
      'creditsAfter',
      'draftBefore',
      'reply',
      'draftAfter',
      'timelineMs',
    ],
  },
  edit: { needs: ['upstreamSession', 'inputsUploaded'], keeps: ['inputs', 'upstreamSession', 'inputsUploaded'] },
  upload: { needs: [], keeps: ['inputs'] },
} as const satisfies Record<string, { needs: readonly (keyof Evidence)[]; keeps: readonly (keyof Evidence)[] }>

/**
 * Plans a retry of an ended job: what was paid for and verified is taken over. Null where the job never came far enough
 * for the way that was asked for.
 */
export function planRetry(job: JobRecord, asked: RetryFrom): RetryPlan | null {
  const from = asked === 'auto' ? bestWay(job) : asked
  const { needs, keeps } = WAYS[from]
  if (!needs.every((name) => job.checkpoint[name] !== undefined)) return null
  const kept = Object.entries(job.checkpoint).filter(([name]) => keeps.some((keep) => keep === name))
  // A timeline that was edited in vain, or may have been, is no ground for the same edit: start from the clips again.
  const sameSession = from !== 'upload' || job.inputs.length === 0
  return { from, checkpoint: Object.fromEntries(kept), sameSession }
}

const AFTER_VERIFY: readonly (Stage | null)[] = ['export', 'render', 'download']

function bestWay({ checkpoint, status, error, action }: JobRecord): Exclude<RetryFrom, 'auto'> {
  const verified = checkpoint.draftAfter !== undefined
  if (verified && (status !== 'failed' || AFTER_VERIFY.includes(error?.stage ?? null))) return 'export'
  const untouched = checkpoint.inputsUploaded !== undefined && checkpoint.sentAt === undefined
  return untouched && action === 'edit' ? 'edit' : 'upload'
}
