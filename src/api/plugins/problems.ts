import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Problem } from '../../shared/errors/problems.ts'
import { sendProblem } from '../problems/send-problem.ts'
import { toProblem } from '../problems/to-problem.ts'

/** The one place where an error becomes an answer, and where one that is ours is logged. */
export const problems = fp<{ publicUrl: () => string }>(
  async (app, { publicUrl }) => {
    app.setErrorHandler((error, request, reply) => {
      const problem = toProblem(error, request)
      logOurs(request, problem)
      // What the route meant to send describes another body.
      for (const name of ['etag', 'content-length', 'content-disposition', 'cache-control']) reply.removeHeader(name)
      return sendProblem(reply, problem, publicUrl())
    })

    app.setNotFoundHandler((request, reply) => sendProblem(reply, notFound(request, reply), publicUrl()))
  },
  { name: 'problems', dependencies: ['known-routes'] },
)

function logOurs(request: FastifyRequest, problem: Problem): void {
  if (problem.spec.status < 500) return
  const about = { err: problem.cause ?? problem, method: request.method, route: request.routeOptions.url }
  if (problem.code === 'unavailable') request.log.warn(about, problem.message)
  else request.log.error(about, problem.message)
}

function notFound(request: FastifyRequest, reply: FastifyReply): Problem {
  const path = request.url.split('?', 1)[0] ?? '/'
  const methods = request.server.knownRoutes.methodsAt(path)
  if (methods.length === 0)
    return new Problem('not_found', `Expected an address of this API, got ${path.slice(0, 200)}`)
  reply.header('allow', methods.join(', '))
  return new Problem('method_not_allowed', `Expected ${methods.join(' or ')} here, got ${request.method}`)
}
