import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Problem } from '../../shared/errors/problems.ts'
import { PROBLEM_TYPE, problemBody } from './problem-body.ts'

/** Answers with a problem. */
export function sendProblem(reply: FastifyReply, problem: Problem, publicUrl: string): FastifyReply {
  const { request } = reply
  if (problem.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="clipyard"')
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', Math.ceil(problem.retryAfterSeconds))
  const body = problemBody(problem, { publicUrl, instance: pathOf(request), requestId: request.id })
  return reply
    .code(problem.spec.status)
    .header('x-request-id', request.id)
    .header('content-type', PROBLEM_TYPE)
    .serializer((text: string) => text)
    .send(JSON.stringify(body))
}

/** Without the query, which may hold a signature. */
const pathOf = (request: FastifyRequest) => request.url.split('?', 1)[0] ?? '/'
