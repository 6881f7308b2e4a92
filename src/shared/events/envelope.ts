import { isFinalEvent, type JobEventType } from '../jobs/events.ts'
import type { EventId } from '../jobs/ids.ts'
import type { JobRecord } from '../jobs/job.ts'
import { viewJob, type JobView, type JobViewDeps } from '../jobs/job-view.ts'
import type { EventEntry } from './event-entry.ts'

/** What an event that is not final tells of its job, plus what it alone knows (`message`, `elapsed_ms`). */
export type JobGlimpse = Pick<
  JobView,
  'id' | 'status' | 'stage' | 'progress' | 'waiting' | 'external_id' | 'metadata'
> &
  Record<string, unknown>

/** An event as webhooks, streams and the feed show it: the same id and order on each way. */
export interface Envelope {
  id: EventId
  type: JobEventType
  timestamp: string
  sequence: number
  data: { job: JobView | JobGlimpse }
}

/** Shows an event. A final one carries the whole job as it ended, its links made anew: a final state never changes. */
export async function toEnvelope(deps: JobViewDeps, event: EventEntry, job: JobRecord): Promise<Envelope> {
  const { id, type, at, sequence } = event
  const shown = isFinalEvent(type) ? await viewJob(deps, job) : glimpse(event, job)
  return { id, type, timestamp: at, sequence, data: { job: shown } }
}

/** The job may have moved on since: what the event says of itself wins. */
const glimpse = ({ data }: EventEntry, job: JobRecord): JobGlimpse => ({
  id: job.id,
  status: job.status,
  stage: job.stage,
  progress: job.progress,
  waiting: null,
  external_id: job.request.external_id,
  metadata: job.request.metadata,
  ...data,
})
