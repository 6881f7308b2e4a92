import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { acceptJob } from '../../../shared/jobs/accept-job.ts'
import { Problem } from '../../../shared/errors/problems.ts'
import { JobView, viewJob } from '../../../shared/jobs/job-view.ts'
import { planRetry, RETRY_FROM, type RetryPlan } from '../../../shared/jobs/plan-retry.ts'
import { toRetry } from '../../../shared/jobs/retry-job.ts'
import { isFinal } from '../../../shared/jobs/states.ts'
import type { JobRecord } from '../../../shared/jobs/job.ts'
import type { ApiDeps } from '../../api-deps.ts'
import { ACCEPT_BODIES, answer, problemResponses } from '../../openapi/responses.ts'
import { tenantOf } from '../../plugins/auth.ts'
import { JobParams } from '../../schemas/jobs.ts'
import { findJob } from './get-job.ts'

const RetryJob = z
  .strictObject({
    from: z
      .enum(RETRY_FROM)
      .default('auto')
      .describe('`export` renders exactly the draft that was verified; `auto` takes over all that can be'),
  })
  .nullish()
  .meta({ id: 'RetryJob' })

const schema = {
  operationId: 'retryJob',
  tags: ['Jobs'],
  summary: 'Go on with a job that has ended, as a new one',
  description:
    'What was paid for and verified is taken over and not paid for again. The new job names the old one in `retry_of`.',
  params: JobParams,
  body: RetryJob,
  response: {
    202: answer('The new job; `Location` says where it is', JobView),
    ...problemResponses(...ACCEPT_BODIES, 'not_found', 'state_conflict', 'validation_failed'),
  },
}

/** `POST /v1/jobs/{id}/retry` */
export const retryJob: FastifyPluginAsyncZod<ApiDeps> = async (app, deps) => {
  app.post('/jobs/:id/retry', { schema, config: { scope: 'jobs:write' } }, async (request, reply) => {
    const tenant = tenantOf(request)
    const job = await findJob(deps, request.params.id, tenant)
    const retry = await toRetry(deps.storage, job, planOrRefuse(job, request.body?.from ?? 'auto'))
    await acceptJob({ redis: deps.redis, keys: deps.keys, now: deps.clock.now() }, retry)
    reply.header('location', `${deps.publicUrl()}/v1/jobs/${retry.id}`)
    return reply.code(202).send(await viewJob(deps, await findJob(deps, retry.id, tenant)))
  })
}

function planOrRefuse(job: JobRecord, from: (typeof RETRY_FROM)[number]): RetryPlan {
  if (!isFinal(job.status)) {
    throw new Problem('state_conflict', `Expected a job that has ended, got one that is ${job.status}; cancel it first`)
  }
  const plan = planRetry(job, from)
  if (plan) return plan
  const came = job.error?.stage ? `it ended in the stage ${job.error.stage}` : `it ended as ${job.status} before that`
  throw new Problem(
    'state_conflict',
    `Expected a job that came far enough for a retry from ${from}; ${came}. Leave out \`from\`.`,
  )
}
