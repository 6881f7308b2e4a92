import { once } from 'node:events'
import { request as send, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { EngineAnswer, ProxiedRequest } from './call-record.ts'

/** Of one connection, not of the message: the proxy sets its own. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'host',
  'content-length',
  'date',
  'expect',
])

/** Hands a call to the engine on a connection of its own, and reads its whole answer. */
export async function askEngine(
  engineUrl: string,
  { method, path, headers, body }: ProxiedRequest,
): Promise<EngineAnswer> {
  const outgoing = send(new URL(path, engineUrl), {
    method,
    headers: { ...withoutHop(headers), 'content-length': String(body.length) },
    agent: false,
  })
  outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  const told = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]))
  const length = told['content-length']
  return {
    status: answer.statusCode ?? 0,
    // Chunked or counted, as the engine had it: a stream's end is proven by its last chunk alone.
    headers: { ...withoutHop(told), ...(length === undefined ? {} : { 'content-length': length }) },
    body: await buffer(answer),
  }
}

const withoutHop = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)))
