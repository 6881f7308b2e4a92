import type { IncomingMessage } from 'node:http'
import fp from 'fastify-plugin'
import type { Clock } from '../../shared/time/clock.ts'

const LINGER_MS = 2_000

/**
 * An answer may be given before the body has come: a bad key, a clip too large. The rest is not stored but, for a
 * moment, still taken off the line: closing at once would reset the connection, and the answer with it.
 */
export const earlyAnswers = fp<{ clock: Clock }>(
  async (app, { clock }) => {
    app.addHook('onSend', async (request, reply, payload) => {
      if (request.raw.complete) return payload
      // Else Node closes the socket right behind the answer.
      reply.removeHeader('connection')
      reply.raw.shouldKeepAlive = true
      return payload
    })
    app.addHook('onResponse', async (request) => {
      if (!request.raw.complete && !request.raw.destroyed) void linger(request.raw, clock)
    })
  },
  { name: 'early-answers' },
)

async function linger(body: IncomingMessage, clock: Clock): Promise<void> {
  const over = new AbortController()
  body.once('end', () => over.abort()).once('close', () => over.abort())
  body.unpipe()
  body.resume()
  await clock.sleep(LINGER_MS, { signal: over.signal }).catch(() => undefined)
  body.destroy()
}
