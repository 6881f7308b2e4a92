import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { runEdit } from '../edit/run-edit.ts'
import { streamEdit } from '../edit/stream-edit.ts'
import { EngineRefusal } from '../engine-refusal.ts'
import type { EngineParts } from '../parts.ts'
import { detail } from '../protocol/envelopes.ts'
import { createEventLines } from '../protocol/events.ts'
import type { Hold } from '../store/accounts.ts'
import type { Session } from '../store/sessions.ts'
import { understand } from '../understand/understand.ts'

export const EDIT_COST = 50

const Part = z.looseObject({ text: z.string().optional() })
const Message = z.looseObject({
  session_id: z.string().optional(),
  sessionId: z.string().optional(),
  new_message: z.looseObject({ parts: z.array(Part) }).optional(),
  newMessage: z.looseObject({ parts: z.array(Part) }).optional(),
})

/** `POST /run_sse`. The edit is made even if the client goes away: it was asked for, and it is paid. */
export function messageRoute(app: FastifyInstance, parts: EngineParts): void {
  app.post('/run_sse', async (request, reply) => {
    const asked = readMessage(request.body)
    if ('faults' in asked) return reply.code(422).send(detail(asked.faults))
    const session = findSession(parts, asked.sessionId, request.userId)
    if (!session) return reply.code(404).send(detail('Session not found'))
    const hold = await parts.accounts.hold(request.userId, EDIT_COST)
    reply.hijack()
    const write = openStream(reply.raw)
    await answer(session, asked.text, { parts, write, hold }).catch((error: unknown) => {
      if (!parts.signal.aborted) parts.log.error({ err: error, sessionId: session.sessionId }, 'edit broke')
      write(createEventLines(parts.clock).error('INTERNAL', 'The edit could not be made'))
    })
    reply.raw.end()
  })
}

interface Answering {
  parts: EngineParts
  write: (text: string) => void
  hold: Hold
}

/** Takes the credits in the session's turn, so that whoever asks next finds the edit and its price together. */
async function answer({ sessionId, userId }: Session, text: string, { parts, write, hold }: Answering): Promise<void> {
  const understanding = understand(text)
  return parts.sessions.inTurn(sessionId, async () => {
    let changed = false
    const edit = async () => {
      const session = parts.sessions.get(sessionId, userId)
      const outcome = await runEdit(session, understanding.operations, parts)
      changed = outcome.outcome === 'changed'
      return outcome
    }
    try {
      await streamEdit(understanding, { clock: parts.clock, write, edit })
    } finally {
      await hold.settle(changed)
    }
  })
}

type Asked = { sessionId: string; text: string } | { faults: object[] }

/** Faults in the words of the server that speaks this protocol: one entry for each missing field. */
function readMessage(body: unknown): Asked {
  const read = Message.safeParse(body ?? {})
  if (!read.success)
    return { faults: read.error.issues.map(({ path, message }) => fault('value_error', path, message, body)) }
  const { data } = read
  const sessionId = data.session_id ?? data.sessionId
  const message = data.new_message ?? data.newMessage
  if (sessionId !== undefined && message) {
    return { sessionId, text: message.parts.map(({ text }) => text ?? '').join('\n') }
  }
  const missing = [...(sessionId === undefined ? ['sessionId'] : []), ...(message ? [] : ['newMessage'])]
  return { faults: missing.map((name) => fault('missing', [name], 'Field required', body)) }
}

const fault = (type: string, path: PropertyKey[], msg: string, input: unknown) => ({
  type,
  loc: ['body', ...path],
  msg,
  input: input ?? null,
})

function findSession({ sessions }: EngineParts, sessionId: string, userId: string): Session | null {
  try {
    return sessions.get(sessionId, userId)
  } catch (error) {
    if (error instanceof EngineRefusal) return null
    throw error
  }
}

function openStream(response: ServerResponse): (text: string) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  response.flushHeaders()
  response.on('error', () => undefined)
  return (text) => {
    if (!response.destroyed) response.write(text)
  }
}
