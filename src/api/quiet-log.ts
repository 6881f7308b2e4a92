import { LogController, type FastifyReply, type FastifyRequest } from 'fastify'

/** The framework's own lines, but none for each request and none for clients that hang up: our errors are logged once, by us. */
export class QuietLog extends LogController {
  override incomingRequest(): void {}
  override requestCompleted(): void {}
  override routeNotFound(): void {}

  override streamError(error: NodeJS.ErrnoException, request: FastifyRequest, reply: FastifyReply): void {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') super.streamError(error, request, reply)
  }
}
