import type { UpstreamRoute } from '../upstream-routes.ts'
import type { Fault } from './fault.ts'

/** A request as it came to the proxy. */
export interface ProxiedRequest {
  /** The first part of the path, by which one proxy tells its clients apart; "" where there is none. */
  client: string
  route: UpstreamRoute
  method: string
  /** Without the client's part. */
  path: string
  sessionId: string
  renderId: string
  headers: Record<string, string>
  body: Buffer
}

/** What the engine answered, whole. */
export interface EngineAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** One call and what became of it. */
export interface ProxiedCall {
  client: string
  route: UpstreamRoute
  sessionId: string
  renderId: string
  /** A message's words, or the draft that is to be rendered. */
  text: string
  /** The header as it was sent; "" where there was none. */
  authorization: string
  fault: Fault['kind']
  /** One for each time that the engine got it. */
  answers: EngineAnswer[]
}

/** Whether the engine edited the timeline for this message, and so charged for it. */
export const timesApplied = ({ route, answers }: ProxiedCall): number =>
  route === 'message' ? answers.filter(({ body }) => body.includes('"status":"success"')).length : 0

/** Whether the engine took this call as the start of a new render. */
export const startedRender = ({ route, answers }: ProxiedCall): boolean =>
  route === 'render' && answers.some(({ body }) => body.includes('"success":true'))

/** What a request says about whom it is for. */
export function readIds(request: ProxiedRequest): Pick<ProxiedCall, 'sessionId' | 'renderId' | 'text'> {
  const { route, sessionId, renderId, body } = request
  if (route === 'message') {
    const sent = JSON.parse(body.toString()) as { session_id: string; new_message: { parts: { text: string }[] } }
    return { sessionId: sent.session_id, renderId, text: sent.new_message.parts.map(({ text }) => text).join('') }
  }
  if (route === 'render') {
    const sent = JSON.parse(body.toString()) as { id: string; sessionId: string; draft: unknown }
    return { sessionId: sent.sessionId, renderId: sent.id, text: JSON.stringify(sent.draft) }
  }
  return { sessionId, renderId, text: '' }
}
