import type { IncomingMessage, ServerResponse } from 'node:http'

/** Aborts when the client hangs up before it was answered. */
export function untilGone(request: IncomingMessage, response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new ClientGone())
  })
  if (request.destroyed && !request.complete) gone.abort(new ClientGone())
  return gone.signal
}

/** The client hung up: nobody is there to be answered. */
class ClientGone extends Error {
  override readonly name = 'ClientGone'
  readonly statusCode = 400

  constructor() {
    super('the client hung up')
  }
}
