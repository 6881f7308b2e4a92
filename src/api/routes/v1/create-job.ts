import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { acceptJob, type NewJob } from '../../../shared/jobs/accept-job.ts'
import { newJobId } from '../../../shared/jobs/ids.ts'
import type { JobRecord } from '../../../shared/jobs/job.ts'
import { JobView, viewJob } from '../../../shared/jobs/job-view.ts'
import { isFinal } from '../../../shared/jobs/states.ts'
import { waitForEnd } from '../../../shared/jobs/wait-for-end.ts'
import { SECOND_MS } from '../../../shared/time/clock.ts'
import type { ApiDeps } from '../../api-deps.ts'
import { toNewJob } from '../../intake/job-request.ts'
import { preferredWait } from '../../intake/prefer-wait.ts'
import { readJobRequest } from '../../intake/read-job-request.ts'
import { untilGone } from '../../intake/until-gone.ts'
import { ACCEPT_BODIES, answer, problemResponses } from '../../openapi/responses.ts'
import { tenantOf } from '../../plugins/auth.ts'
import { redisAway } from '../../../shared/redis/redis-away.ts'
import { CreateJob, CreateJobForm, CreateJobMultipart } from '../../schemas/create-job.ts'

const schema = {
  operationId: 'createJob',
  tags: ['Jobs'],
  summary: 'Take a job: clips and a sentence in, a finished video out',
  description:
    'JSON, or a form with clips in it. Once it answers, the job is kept whatever crashes. ' +
    '`Prefer: wait=N` (to 60) waits for the end and answers 200 if the job ends in time.',
  headers: z.looseObject({
    prefer: z.string().optional().describe('`wait=N`: waits up to N (0–60) seconds for the end'),
  }),
  body: {
    content: {
      'application/json': { schema: CreateJob },
      'multipart/form-data': { schema: CreateJobMultipart },
      'application/x-www-form-urlencoded': { schema: CreateJobForm },
    },
  },
  response: {
    200: answer('The job has ended within the time of `Prefer: wait=N`', JobView),
    202: answer('Accepted; `Location` says where the job is', JobView),
    ...problemResponses(...ACCEPT_BODIES, 'address_blocked', 'validation_failed'),
  },
}

/** `POST /v1/jobs` */
export const createJob: FastifyPluginAsyncZod<ApiDeps> = async (app, deps) => {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())

  app.post(
    '/jobs',
    // A form's files must reach storage before its members can be checked: the route reads the body itself.
    { schema, config: { scope: 'jobs:write' }, validatorCompiler: () => () => true },
    async (request, reply) => {
      const gone = untilGone(request.raw, reply.raw)
      const intake = {
        storage: deps.storage,
        maxUploadBytes: deps.http.maxUploadBytes,
        jobId: newJobId(),
        signal: gone,
      }
      const tenant = tenantOf(request)
      const job = await orLeaveNothing(deps, intake.jobId, async () => {
        const { body, files } = await readJobRequest(request, intake)
        gone.throwIfAborted()
        return toNewJob(deps, { id: intake.jobId, tenant, body, files })
      })
      const accepted = await accept(deps, job)

      const wait = preferredWait(request.headers['prefer'])
      if (wait !== null) reply.header('preference-applied', `wait=${wait}`)
      const signal = AbortSignal.any([gone, closing.signal])
      const found = wait ? await waitForEnd(deps, job.id, { ms: wait * SECOND_MS, signal }) : accepted
      const shown = found ?? accepted
      reply.header('location', `${deps.publicUrl()}/v1/jobs/${job.id}`)
      return reply.code(isFinal(shown.status) ? 200 : 202).send(await viewJob(deps, shown))
    },
  )
}

/** Whatever ends without a job leaves no file. */
async function orLeaveNothing<T>({ storage }: ApiDeps, id: NewJob['id'], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await storage.removeOwner(id)
    throw error
  }
}

/**
 * A connection that breaks while the job is written leaves open whether it was. The next answer of Redis decides; where
 * there is none, the files stay, for the job may be there.
 */
async function accept(deps: ApiDeps, job: NewJob): Promise<JobRecord> {
  const { redis, keys, clock, jobs, storage } = deps
  let failure: unknown
  try {
    await acceptJob({ redis, keys, now: clock.now() }, job)
  } catch (error) {
    failure = error
  }
  const lost = redisAway(failure) === 'lost'
  const found = failure === undefined || lost ? await jobs.find(job.id) : null
  if (found) return found
  await storage.removeOwner(job.id)
  throw failure ?? new TypeError(`${job.id} was accepted and is not there`)
}
