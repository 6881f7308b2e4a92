import { callApi, type ApiContext } from './api-calls.ts'
import type { Answer } from './envelope.ts'
import { idMember, isObject, rawMember } from './json-text.ts'
import { readCanvasSize } from './read-tracks.ts'
import { senseless } from './refusal.ts'
import type { CallOptions, Credits, SessionState, Upstream, UpstreamSession } from './upstream.ts'

/** Makes a session: every call makes a new one. */
export const createSession =
  (api: ApiContext): Upstream['createSession'] =>
  async ({ language }, { signal }) => {
    const call = 'new session'
    const json = JSON.stringify({ task_name: 'project', ...(language ? { language } : {}) })
    const path = '/api/tasks/me/with-session/nemo_agent'
    const answer = await callApi(api, { call, method: 'POST', path, json }, signal)
    const sessionId = idOf(answer, 'session_id')
    if (sessionId === null) throw senseless(call, answer.status, 'it has no session_id')
    return { taskId: idOf(answer, 'task_id') ?? '', sessionId }
  }

/** Reads the balance. */
export const readCredits =
  (api: ApiContext): Upstream['credits'] =>
  async ({ signal }) => {
    const call = 'credits'
    const answer = await callApi(api, { call, method: 'GET', path: '/api/credits/balance/simple' }, signal)
    const credits = toCredits(answer)
    if (credits === null) throw senseless(call, answer.status, 'it has no available credits')
    return credits
  }

/** Reads a session's state; its draft stays the raw text that came. */
export const readState =
  (api: ApiContext): Upstream['state'] =>
  async (session, { signal }: CallOptions): Promise<SessionState> => {
    const path = `/api/state/nemo_agent/me/${encodeURIComponent(session.sessionId)}/latest`
    const answer = await callApi(api, { call: 'state of a session', method: 'GET', path }, signal)
    const draft = rawMember(answer.text, [...answer.path, 'state', 'draft'])
    const userId = idOf(answer, 'user_id') ?? idMember(answer.text, [...answer.path, 'state', 'user_id'])
    const canvas = isObject(answer.data['state']) ? readCanvasSize(answer.data['state']['canvas_config']) : null
    return {
      draft: draft !== null && isNoDraft(draft) ? null : draft,
      ...(canvas && { canvas }),
      userId: userId ?? (await api.tokens.userId()),
    }
  }

/** Makes a link under which a person sees the session. */
export const makeClaimUrl =
  (api: ApiContext): Upstream['claimUrl'] =>
  async (session: UpstreamSession, { signal }: CallOptions) => {
    const call = 'claim link'
    const json = JSON.stringify({ task_id: session.taskId, session_id: session.sessionId })
    const answer = await callApi(api, { call, method: 'POST', path: '/api/auth/claim-token', json }, signal)
    const token = idOf(answer, 'claim_token')
    if (token === null) throw senseless(call, answer.status, 'it has no claim_token')
    return `${api.webUrl.replace(/\/+$/, '')}/workspace/claim?ct=${encodeURIComponent(token)}`
  }

const idOf = (answer: Answer, name: string) => idMember(answer.text, [...answer.path, name])

/** A draft may be absent, null or empty in several spellings; they all mean that there is none. */
const isNoDraft = (raw: string) => /^(null|""|\{\s*\}|\[\s*\]|false)$/.test(raw)

function toCredits({ data }: Answer): Credits | null {
  const source = isObject(data['balance']) ? data['balance'] : data
  const available = toNumber(source['available'])
  if (available === null) return null
  const frozen = toNumber(source['frozen']) ?? 0
  return { available, frozen, total: toNumber(source['total']) ?? available + frozen }
}

function toNumber(value: unknown): number | null {
  if (typeof value !== 'number' && !(typeof value === 'string' && value.trim() !== '')) return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}
