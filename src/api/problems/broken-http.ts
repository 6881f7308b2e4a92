import type { Socket } from 'node:net'
import type { ConnectionError } from 'fastify'
import { Problem } from '../../shared/errors/problems.ts'
import { newRequestId } from '../../shared/jobs/ids.ts'
import { PROBLEM_TYPE, problemBody } from './problem-body.ts'

/** Answers what is no HTTP request, or stopped being one halfway: there is no request object to answer then. */
export function answerBrokenHttp(error: ConnectionError, socket: Socket, publicUrl: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy(error)
    return
  }
  const requestId = newRequestId()
  const problem = problemOf(error)
  const body = JSON.stringify(problemBody(problem, { publicUrl, instance: '/', requestId }))
  const head = [
    `HTTP/1.1 ${problem.spec.status} ${problem.spec.title}`,
    `X-Request-Id: ${requestId}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function problemOf({ code }: ConnectionError): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return new Problem('payload_too_large', 'Expected at most 16 KiB of headers')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new Problem('malformed_json', 'Expected a whole request, and the time for it has passed; send it again')
  }
  return new Problem('malformed_json', `Expected an HTTP/1.1 request, got something that can not be read (${code})`)
}
