import type { FastifyError, FastifyInstance } from 'fastify'
import type { Logger } from '../../shared/observe/logger.ts'
import { EngineRefusal } from '../engine-refusal.ts'
import { refused } from './envelopes.ts'

/** Turns what a route throws into the protocol's words. */
export function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error: FastifyError | EngineRefusal, request, reply) => {
    if (error instanceof EngineRefusal) {
      return reply.code(error.httpStatus).send(refused(error.code, error.message))
    }
    const status = error.statusCode ?? 500
    if (status >= 500) log.error({ err: error, method: request.method, url: request.url }, 'request broke')
    return reply.code(status).send(refused(status, status >= 500 ? 'internal error' : error.message))
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(refused(404, 'Not Found')))
}
