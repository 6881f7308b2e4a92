import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { sha256Hex } from '../../../shared/crypto/hashing.ts'
import { Problem } from '../../../shared/errors/problems.ts'
import { JobId, type TenantId } from '../../../shared/jobs/ids.ts'
import type { JobRecord } from '../../../shared/jobs/job.ts'
import { JobView, viewJob } from '../../../shared/jobs/job-view.ts'
import { HOUR_MS } from '../../../shared/time/clock.ts'
import type { ApiDeps } from '../../api-deps.ts'
import { isUnchanged } from '../../http/conditional.ts'
import { answer, noBody, problemResponses } from '../../openapi/responses.ts'
import { tenantOf } from '../../plugins/auth.ts'
import { JobParams } from '../../schemas/jobs.ts'

const schema = {
  operationId: 'getJob',
  tags: ['Jobs'],
  summary: 'Read a job',
  description: 'With `If-None-Match` and the `ETag` of an earlier answer: 304 while nothing has changed.',
  params: JobParams,
  headers: z.looseObject({ 'if-none-match': z.string().optional().describe('`ETag` of an earlier answer') }),
  response: { 200: answer('The job', JobView), 304: noBody('Nothing has changed'), ...problemResponses('not_found') },
}

/** `GET /v1/jobs/{id}` */
export const getJob: FastifyPluginAsyncZod<ApiDeps> = async (app, deps) => {
  app.get('/jobs/:id', { schema, config: { scope: 'jobs:read' } }, async (request, reply) => {
    const job = await findJob(deps, request.params.id, tenantOf(request))
    const view = await viewJob(deps, job)
    const etag = etagOf(view, deps.clock.now())
    reply.header('etag', etag).header('cache-control', 'private, no-cache')
    if (isUnchanged(request.headers['if-none-match'], etag)) return reply.code(304).send()
    return view
  })
}

/** A tenant's own job, or with `null` anyone's. @throws Problem `not_found`, also for a job of another tenant. */
export async function findJob(deps: Pick<ApiDeps, 'jobs'>, id: string, tenant: TenantId | null): Promise<JobRecord> {
  const jobId = JobId.safeParse(id)
  const job = jobId.success ? await deps.jobs.find(jobId.data) : null
  if (job && (tenant === null || job.tenant === tenant)) return job
  throw new Problem('not_found', `Expected a job of yours, got ${id.slice(0, 40)}, which is none (any more)`)
}

/** Links are made anew at each read and change nothing, but must be renewed well before they expire. */
function etagOf(view: JobView, now: number): string {
  const links = { download_url: null, download_url_expires_at: Math.floor(now / (12 * HOUR_MS)) }
  const stable = { ...view, output: view.output && { ...view.output, ...links } }
  return `W/"${sha256Hex(JSON.stringify(stable)).slice(0, 32)}"`
}
