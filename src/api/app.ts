import Fastify from 'fastify'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { newRequestId } from '../shared/jobs/ids.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../shared/time/clock.ts'
import type { ApiDeps } from './api-deps.ts'
import { BODY_LIMIT_BYTES } from './body-limit.ts'
import { auth } from './plugins/auth.ts'
import { bodyTypes } from './plugins/body-types.ts'
import { crossOrigin } from './plugins/cross-origin.ts'
import { docs } from './plugins/docs.ts'
import { earlyAnswers } from './plugins/early-answers.ts'
import { health } from './plugins/health.ts'
import { knownRoutes } from './plugins/known-routes.ts'
import { openapi } from './plugins/openapi.ts'
import { page } from './plugins/page.ts'
import { problems } from './plugins/problems.ts'
import { requestId } from './plugins/request-id.ts'
import { answerBrokenHttp } from './problems/broken-http.ts'
import { sendProblem } from './problems/send-problem.ts'
import { toProblem } from './problems/to-problem.ts'
import { QuietLog } from './quiet-log.ts'
import { cancelJob } from './routes/v1/cancel-job.ts'
import { createJob } from './routes/v1/create-job.ts'
import { getJob } from './routes/v1/get-job.ts'
import { jobOutput } from './routes/v1/job-output.ts'
import { listJobsRoute } from './routes/v1/list-jobs.ts'
import { retryJob } from './routes/v1/retry-job.ts'
import { webhookSecret } from './routes/v1/webhook-secret.ts'

/** Assembles the API. Reads no environment and does not listen, so a test can `inject` into it. */
export async function buildApp(deps: ApiDeps): Promise<FastifyInstance> {
  const app = createServer(deps)
  await app.register(knownRoutes)
  await app.register(requestId)
  await app.register(problems, deps)
  await app.register(earlyAnswers, deps)
  await app.register(crossOrigin, { origins: deps.http.corsOrigins })
  await app.register(bodyTypes)
  await app.register(openapi)
  await app.register(docs)
  await app.register(page)
  await app.register(health, {
    ...deps,
    checks: { redis: () => deps.redis.ping(), storage: () => deps.storage.check() },
  })
  await app.register((scope) => addRoutes(scope, deps), { prefix: '/v1' })
  await app.ready()
  return app
}

async function addRoutes(app: FastifyInstance, deps: ApiDeps): Promise<void> {
  await app.register(auth, deps)
  for (const routes of [createJob, listJobsRoute, getJob, jobOutput, cancelJob, retryJob, webhookSecret])
    await app.register(routes, deps)
}

function createServer({ log, publicUrl }: ApiDeps): FastifyInstance {
  return Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new QuietLog({ requestIdLogLabel: 'request_id' }),
    // Requests that come while it closes are served, and their connections closed.
    return503OnClosing: false,
    genReqId: newRequestId,
    bodyLimit: BODY_LIMIT_BYTES,
    // Half a gigabyte over a slow line takes its time; silence is what ends a connection.
    requestTimeout: HOUR_MS,
    connectionTimeout: 2 * MINUTE_MS,
    http: { headersTimeout: 20 * SECOND_MS },
    frameworkErrors: (error, request, reply) => void sendProblem(reply, toProblem(error, request), publicUrl()),
    clientErrorHandler: (error, socket) => answerBrokenHttp(error, socket, publicUrl()),
  })
}
