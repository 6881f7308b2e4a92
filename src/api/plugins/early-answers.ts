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
      // Node would close the socket right behind the answer.
      if (!request.raw.complete) reply.removeHeader('connection')
      return payload
    })
    app.addHook('onResponse', async (request) => {
      if (!request.raw.complete && !request.raw.destroyed) void drainBriefly(request.raw, clock)
    })
  },
  { name: 'early-answers' },
)

async function drainBriefly(body: IncomingMessage, clock: Clock): Promise<void> {
  const ended = new AbortController()
  body.once('close', () => ended.abort())
  body.unpipe()
  body.resume()
  const timedOut = await clock.sleep(LINGER_MS, { signal: ended.signal }).then(
    () => true,
    () => false,
  )
  if (timedOut) body.destroy()
}
