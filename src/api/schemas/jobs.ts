import { z } from 'zod'
import { SessionId } from '../../shared/jobs/ids.ts'
import { JobStatus } from '../../shared/jobs/states.ts'
import { JobView } from '../../shared/jobs/job-view.ts'

/** The path of one job. A text that is no job's id is one that is not there. */
export const JobParams = z.object({ id: z.string().meta({ examples: [`job_01KAJ3Q6ZV5E8S2M4T7W9XYZAB`] }) })
export type JobParams = z.output<typeof JobParams>

export const ListJobsQuery = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(200).default(50),
    after: z.string().max(200).optional().describe('`next_cursor` of the page before'),
    status: JobStatus.optional(),
    session_id: SessionId.optional(),
    external_id: z.string().min(1).max(128).optional(),
  })
  .refine(
    (query) => [query.status, query.session_id, query.external_id].filter((one) => one !== undefined).length <= 1,
    {
      error: 'Expected at most one of status, session_id, external_id; got several',
      params: { code: 'combined_filters' },
    },
  )
export type ListJobsQuery = z.output<typeof ListJobsQuery>

export const JobList = z
  .object({ data: z.array(JobView), has_more: z.boolean(), next_cursor: z.string().nullable() })
  .meta({ id: 'JobList' })

export const WebhookSecret = z
  .object({ secret: z.string().describe('Signs the webhooks that jobs name themselves; Standard Webhooks') })
  .meta({ id: 'WebhookSecret' })

export const OutputQuery = z.object({
  expires: z.string().optional().describe('Of a signed link'),
  signature: z.string().optional().describe('Of a signed link'),
})
