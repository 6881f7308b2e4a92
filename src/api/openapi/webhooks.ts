import { z } from 'zod'
import { JOB_EVENT_TYPES, isFinalEvent, type JobEventType } from '../../shared/jobs/events.ts'
import { EventId, JobId } from '../../shared/jobs/ids.ts'
import { Waiting } from '../../shared/jobs/job.ts'
import { JobView } from '../../shared/jobs/job-view.ts'
import { JobStatus, STAGES } from '../../shared/jobs/states.ts'

/** What events that are not final say of their job. */
const JobBrief = z
  .object({
    id: JobId,
    status: JobStatus,
    stage: z.enum(STAGES).nullable(),
    progress: z.number().min(0).max(1),
    waiting: Waiting.nullable(),
    external_id: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
  })
  .meta({ id: 'JobBrief' })

const MEANINGS: Record<JobEventType, string> = {
  'job.queued': 'The job was accepted',
  'job.started': 'Work on it has begun',
  'job.stage': 'It has come to the next stage',
  'job.progress': 'It has come further, or still works',
  'job.waiting': 'It waits; `waiting` says for what',
  'job.succeeded': 'The video is there',
  'job.failed': 'It ended without a video; `error` says why',
  'job.canceled': 'It was canceled',
  'job.expired': 'It was not done in time',
}

const EndedEvent = envelope(JobView).meta({ id: 'JobEndedEvent' })
const OtherEvent = envelope(JobBrief).meta({ id: 'JobEvent' })

function envelope(job: z.ZodType) {
  return z.object({
    id: EventId.describe('The same at every try, also the header webhook-id'),
    type: z.enum(JOB_EVENT_TYPES),
    timestamp: z.string(),
    sequence: z.int().describe("Counts the tenant's events"),
    data: z.object({ job }),
  })
}

const header = (name: string, description: string) => ({
  name,
  in: 'header' as const,
  required: true,
  description,
  schema: { type: 'string' as const },
})

/** The events as OpenAPI's `webhooks`: what is sent to a job's `webhook.url`. */
export function eventWebhooks() {
  return Object.fromEntries(JOB_EVENT_TYPES.map((type) => [type, { post: operation(type) }]))
}

const operation = (type: JobEventType) => ({
  operationId: `on_${type.replace('.', '_')}`,
  tags: ['Events'],
  summary: MEANINGS[type],
  description: 'Signed as in Standard Webhooks 1.0. Answer with 2xx within 15 s; anything else is tried again.',
  security: [],
  parameters: [
    header('webhook-id', "The event's id, the same at every try"),
    header('webhook-timestamp', 'Seconds since 1970'),
    header('webhook-signature', '`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`'),
  ],
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: { $ref: `#/components/schemas/${(isFinalEvent(type) ? EndedEvent : OtherEvent).meta()?.id}` },
      },
    },
  },
  responses: { '2XX': { description: 'Taken' } },
})
