import { z } from 'zod'
import type { LinkSigner } from '../crypto/link-signer.ts'
import type { Storage } from '../storage/storage.ts'
import { DAY_MS, type Clock } from '../time/clock.ts'
import { Output } from './checkpoint.ts'
import { JobInput } from './job-input.ts'
import { JobId, SessionId } from './ids.ts'
import { ACTIONS, JobFailure, StageTimes, Waiting, type JobRecord } from './job.ts'
import { EMPTY_REPORT, readReport, Report, TimelineView } from './report.ts'
import { JobStatus, STAGES } from './states.ts'

/** A job as the API, webhooks and streams show it. */
export const JobView = z
  .object({
    id: JobId,
    object: z.literal('job'),
    status: JobStatus,
    stage: z.enum(STAGES).nullable(),
    action: z.enum(ACTIONS),
    instruction: z.string().nullable(),
    inputs: z.array(JobInput.omit({ url: true })),
    session_id: SessionId,
    batch_id: z.string().nullable(),
    retry_of: z.string().nullable(),
    external_id: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    priority: z.enum(['low', 'normal', 'high']),
    attempt: z.int(),
    progress: z.number().min(0).max(1),
    waiting: Waiting.nullable(),
    messages: z.array(z.string()).describe('What the upstream said, in API terms'),
    timeline: TimelineView.nullable(),
    credits: z
      .object({
        available: z.number(),
        frozen: z.number(),
        total: z.number(),
        charged: z.number().nullable(),
        exact: z.boolean(),
      })
      .nullable(),
    output: z
      .object({
        url: z.string(),
        download_url: z.string().describe('Opens without headers, for 24 hours'),
        download_url_expires_at: z.string(),
        ...Output.shape,
      })
      .nullable(),
    receipt: z
      .object({
        changes: z.array(z.string()),
        expectations: Report.shape.expectations,
        stages: StageTimes,
        timeline_before: z.string().nullable(),
        timeline_after: z.string().nullable(),
      })
      .nullable(),
    error: JobFailure.nullable(),
    created_at: z.string(),
    started_at: z.string().nullable(),
    finished_at: z.string().nullable(),
    expires_at: z.string().nullable(),
  })
  .meta({ id: 'Job' })
export type JobView = z.infer<typeof JobView>

const LINK_LIFE_MS = DAY_MS

export interface JobViewDeps {
  storage: Storage
  links: LinkSigner
  clock: Clock
  /** The base of links, without a trailing slash. */
  publicUrl: () => string
}

/** Shows a job; its links are made anew, its timeline and messages are read from storage. */
export async function viewJob(deps: JobViewDeps, job: JobRecord): Promise<JobView> {
  const { checkpoint, request } = job
  const report = checkpoint.draftAfter === undefined ? EMPTY_REPORT : await readReport(deps.storage, job.id)
  return {
    id: job.id,
    object: 'job',
    status: job.status,
    stage: job.stage,
    action: job.action,
    instruction: request.instruction,
    inputs: (checkpoint.inputs ?? job.inputs).map(({ url: _url, ...shown }) => shown),
    session_id: job.session,
    batch_id: null,
    retry_of: job.retry_of,
    external_id: request.external_id,
    metadata: request.metadata,
    priority: request.priority,
    attempt: job.attempt,
    progress: job.progress,
    waiting: job.waiting,
    messages: report.messages,
    timeline: report.timeline,
    credits: viewCredits(job),
    output: viewOutput(deps, job),
    receipt: viewReceipt(job, report),
    error: job.error,
    created_at: job.created_at,
    started_at: job.started_at,
    finished_at: job.finished_at,
    expires_at: job.expires_at,
  }
}

function viewCredits({ action, checkpoint }: JobRecord): JobView['credits'] {
  const balance = checkpoint.creditsAfter ?? checkpoint.creditsBefore
  if (!balance) return null
  if (action !== 'edit') return { ...balance, charged: 0, exact: true }
  return { ...balance, charged: checkpoint.charged ?? null, exact: checkpoint.charged !== undefined }
}

function viewOutput({ links, clock, publicUrl }: JobViewDeps, job: JobRecord): JobView['output'] {
  const { output } = job.checkpoint
  if (!output) return null
  const path = outputPath(job.id)
  const expiresAt = Math.floor((clock.now() + LINK_LIFE_MS) / 1000) * 1000
  return {
    url: `${publicUrl()}${path}`,
    download_url: `${publicUrl()}${path}?${links.sign(path, expiresAt)}`,
    download_url_expires_at: new Date(expiresAt).toISOString(),
    ...output,
  }
}

function viewReceipt({ checkpoint, stages }: JobRecord, report: Report): JobView['receipt'] {
  if (checkpoint.draftAfter === undefined) return null
  return {
    changes: report.changes,
    expectations: report.expectations,
    stages,
    timeline_before: checkpoint.draftBefore || null,
    timeline_after: checkpoint.draftAfter || null,
  }
}

/** The stable address of a job's output, also what a download link signs. */
export const outputPath = (id: JobId): string => `/v1/jobs/${id}/output`
