import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Problem } from '../../../shared/errors/problems.ts'
import { viewJob } from '../../../shared/jobs/job-view.ts'
import { listJobs, type JobFilter } from '../../../shared/jobs/list-jobs.ts'
import type { ApiDeps } from '../../api-deps.ts'
import { answer, problemResponses } from '../../openapi/responses.ts'
import { tenantOf } from '../../plugins/auth.ts'
import { JobList, ListJobsQuery } from '../../schemas/jobs.ts'

const schema = {
  operationId: 'listJobs',
  tags: ['Jobs'],
  summary: 'List jobs, newest first',
  querystring: ListJobsQuery,
  response: { 200: answer('A page of jobs', JobList), ...problemResponses('validation_failed', 'invalid_cursor') },
}

/** `GET /v1/jobs` */
export const listJobsRoute: FastifyPluginAsyncZod<ApiDeps> = async (app, deps) => {
  app.get('/jobs', { schema, config: { scope: 'jobs:read' } }, async (request, reply) => {
    const { limit, after, ...filters } = request.query
    const below = after === undefined ? null : readCursor(after)
    const page = await listJobs(deps, { tenant: tenantOf(request), filter: toFilter(filters), limit, below })

    const next_cursor = page.next === null ? null : writeCursor(page.next)
    if (next_cursor) reply.header('link', `<${nextUrl(request.url, deps.publicUrl(), next_cursor)}>; rel="next"`)
    const data = await Promise.all(page.jobs.map((job) => viewJob(deps, job)))
    return { data, has_more: next_cursor !== null, next_cursor }
  })
}

function toFilter({ status, session_id, external_id }: Omit<ListJobsQuery, 'limit' | 'after'>): JobFilter {
  if (status !== undefined) return { status }
  if (session_id !== undefined) return { sessionId: session_id }
  return external_id === undefined ? null : { externalId: external_id }
}

/** The place of a page's last job in the order of acceptance, which never changes: pages neither overlap nor skip. */
const writeCursor = (order: number) => Buffer.from(`jobs:${order}`).toString('base64url')

function readCursor(cursor: string): number {
  const [, order] = /^jobs:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (order !== undefined && writeCursor(Number(order)) === cursor) return Number(order)
  const detail = 'Expected the next_cursor of a page of this list, got something else; leave it out to begin anew'
  throw new Problem('invalid_cursor', detail, { errors: [{ pointer: '#/after', code: 'invalid_cursor', detail }] })
}

function nextUrl(called: string, publicUrl: string, cursor: string): string {
  const url = new URL(called, 'http://localhost')
  url.searchParams.set('after', cursor)
  return `${publicUrl}${url.pathname}${url.search}`
}
