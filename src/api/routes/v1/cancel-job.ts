import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Problem } from '../../../shared/errors/problems.ts'
import { endingOf } from '../../../shared/jobs/ending.ts'
import { JobView, viewJob } from '../../../shared/jobs/job-view.ts'
import { isFinal } from '../../../shared/jobs/states.ts'
import type { ApiDeps } from '../../api-deps.ts'
import { answer, problemResponses } from '../../openapi/responses.ts'
import { tenantOf } from '../../plugins/auth.ts'
import { JobParams } from '../../schemas/jobs.ts'
import { findJob } from './get-job.ts'

const schema = {
  operationId: 'cancelJob',
  tags: ['Jobs'],
  summary: 'Cancel a job',
  description:
    'A queued or waiting job has ended with the answer (200). A running one stops within 5 s (202): its stream is ' +
    'closed, its render cancelled. What a message that was sent has cost is not given back. Again: 200.',
  params: JobParams,
  response: {
    200: answer('The job is canceled', JobView),
    202: answer('The job is being stopped', JobView),
    ...problemResponses('not_found', 'state_conflict'),
  },
}

/** `POST /v1/jobs/{id}/cancel` */
export const cancelJob: FastifyPluginAsyncZod<ApiDeps> = async (app, deps) => {
  app.post('/jobs/:id/cancel', { schema, config: { scope: 'jobs:write' } }, async (request, reply) => {
    const tenant = tenantOf(request)
    const job = await findJob(deps, request.params.id, tenant)
    if (!isFinal(job.status)) await deps.jobs.stop(job, 'canceled', endingOf(deps, null, null))
    const found = await findJob(deps, job.id, tenant)
    if (isFinal(found.status) && found.status !== 'canceled') {
      throw new Problem('state_conflict', `Expected a job that has not ended, got one that has ${found.status}`)
    }
    return reply.code(isFinal(found.status) ? 200 : 202).send(await viewJob(deps, found))
  })
}
