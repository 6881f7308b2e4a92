import { apiHeaders, apiUrl, type ApiContext } from './api-calls.ts'
import { withDeadline, withIdleLimit } from './deadline.ts'
import { openEnvelope } from './envelope.ts'
import { readReply } from './message-stream.ts'
import { readAnswer } from './read-answer.ts'
import { senseless } from './refusal.ts'
import { withToken } from './tokens.ts'
import type { CallOptions, Reply, Upstream } from './upstream.ts'
import { sendRequest, toNetworkError, type WireAnswer } from './wire.ts'

const CALL = 'message'

type Options = CallOptions & { onSignsOfLife?: () => void }

/**
 * Sends a message once and reads its stream to the clean end. Nothing here repeats it but a refused token, which is
 * proof that it was not applied.
 */
export const sendMessage =
  (api: ApiContext): Upstream['sendMessage'] =>
  async (session, text, options) => {
    const body = JSON.stringify({
      app_name: 'nemo_agent',
      user_id: 'me',
      session_id: session.sessionId,
      new_message: { parts: [{ text }] },
    })
    return withToken(api.tokens, options.signal, (token) => withinLimits(api, { body, token }, options))
  }

/** The stall counts from the last event that is more than a heartbeat, the cap from the sending. */
async function withinLimits(api: ApiContext, message: { body: string; token: string }, options: Options) {
  const { clock, limits } = api
  const cap = { ms: limits.streamMaxMs, message: `the stream was still open after ${limits.streamMaxMs} ms` }
  const idle = { idleMs: limits.streamIdleMs, message: `the stream told nothing for ${limits.streamIdleMs} ms` }
  return withDeadline(clock, cap, options.signal, (capped) =>
    withIdleLimit(clock, idle, capped, async (signal, beat) => {
      const answer = await request(api, message, signal)
      return read(api, answer, { signal, beat, onSignsOfLife: options.onSignsOfLife })
    }),
  )
}

async function request(api: ApiContext, { body, token }: { body: string; token: string }, signal: AbortSignal) {
  const headers = { ...apiHeaders(api, token), accept: 'text/event-stream', 'content-type': 'application/json' }
  const wire = { call: CALL, method: 'POST', url: apiUrl(api, '/run_sse'), headers, body } as const
  return sendRequest(api.streams, { ...wire, headersTimeoutMs: 0, bodyTimeoutMs: 0 }, signal)
}

async function read(
  api: ApiContext,
  answer: WireAnswer,
  { signal, beat, onSignsOfLife }: { signal: AbortSignal; beat: () => void; onSignsOfLife: (() => void) | undefined },
): Promise<Reply> {
  if (!isEventStream(answer)) return refuse(api, answer, signal)
  beat()
  let events = 0
  try {
    const reply = await readReply(answer.body as AsyncIterable<Uint8Array>, (progress) => {
      if (progress.events > events) beat()
      events = progress.events
      onSignsOfLife?.()
    })
    if (endIsProven(answer)) return reply
  } catch (error) {
    throw toNetworkError(CALL, error, signal, true)
  }
  throw senseless(CALL, answer.statusCode, 'its stream has no mark of its end, so it may have broken off')
}

/** A refusal is plain JSON instead of a stream, also with HTTP 200. */
async function refuse({ clock }: ApiContext, answer: WireAnswer, signal: AbortSignal): Promise<never> {
  const { failure } = openEnvelope(CALL, await readAnswer(CALL, answer, { signal, now: clock.now() }))
  throw failure ?? senseless(CALL, answer.statusCode, 'it is no event stream')
}

const isEventStream = ({ statusCode, headers }: WireAnswer) =>
  statusCode >= 200 && statusCode < 300 && /^\s*text\/event-stream\b/i.test(String(headers['content-type'] ?? ''))

/** Only a last chunk or a counted length tells a close from a socket that broke. */
const endIsProven = ({ headers }: WireAnswer) =>
  headers['content-length'] !== undefined || /\bchunked\b/i.test(String(headers['transfer-encoding'] ?? ''))
