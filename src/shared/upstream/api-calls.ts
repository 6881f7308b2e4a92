import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Logger } from '../observe/logger.ts'
import { MINUTE_MS, type Clock } from '../time/clock.ts'
import { withDeadline } from './deadline.ts'
import { openEnvelope, type Answer } from './envelope.ts'
import { readAnswer } from './read-answer.ts'
import { withToken, type TokenSource } from './tokens.ts'
import { sendRequest, type WireAnswer } from './wire.ts'

/** Who we say we are. Without these headers export answers 402. */
export interface Skill {
  source: string
  version: string
  platform: string
}

/** What every call of the API shares. */
export interface ApiContext {
  baseUrl: string
  webUrl: string
  skill: Skill
  tokens: TokenSource
  limits: { streamIdleMs: number; streamMaxMs: number; callTimeoutMs: number }
  /** For calls with an answer that comes at once, over connections that are kept. */
  calls: Dispatcher
  /** For messages: a connection each, so that none is lost on one that the upstream had just closed. */
  streams: Dispatcher
  /** For outputs on hosts that are not the upstream's own. */
  foreign: Dispatcher
  clock: Clock
  log: Logger
}

export interface ApiRequest {
  call: string
  method: 'GET' | 'POST'
  path: string
  json?: string
}

/** Calls the API, opens the envelope, and throws the failure that it tells. */
export async function callApi(api: ApiContext, request: ApiRequest, signal: AbortSignal): Promise<Answer> {
  return withToken(api.tokens, signal, async (token) => {
    const answer = await callOnce(api, request, token, signal)
    if (answer.failure) throw answer.failure
    return answer
  })
}

/** As `callApi`, but a failure other than a refused token is left to the caller to judge. */
export async function lookAtApi(api: ApiContext, request: ApiRequest, signal: AbortSignal): Promise<Answer> {
  return withToken(api.tokens, signal, async (token) => {
    const answer = await callOnce(api, request, token, signal)
    if (answer.failure?.kind === 'auth') throw answer.failure
    return answer
  })
}

/** The headers of every call but the token call. */
export function apiHeaders({ skill }: ApiContext, token: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    'x-skill-source': skill.source,
    'x-skill-version': skill.version,
    'x-skill-platform': skill.platform,
    accept: 'application/json',
  }
}

/** An address below the base URL, whose own path is kept. */
export const apiUrl = ({ baseUrl }: Pick<ApiContext, 'baseUrl'>, path: string) =>
  new URL(`${baseUrl.replace(/\/+$/, '')}${path}`)

const UPLOAD_STALL_MS = 5 * MINUTE_MS

/** Sends a body that may take long: only a stall ends it, not its length. */
export async function sendBody(
  api: ApiContext,
  request: { call: string; path: string; headers: Record<string, string>; body: Readable },
  token: string,
  signal: AbortSignal,
): Promise<Answer> {
  const { call, path, body } = request
  const headers = { ...apiHeaders(api, token), ...request.headers }
  const wire = { call, method: 'POST', url: apiUrl(api, path), headers, body } as const
  const timeouts = { headersTimeoutMs: UPLOAD_STALL_MS, bodyTimeoutMs: api.limits.callTimeoutMs }
  const answer = await sendRequest(api.calls, { ...wire, ...timeouts }, signal)
  return open(api, call, answer, signal)
}

async function callOnce(api: ApiContext, request: ApiRequest, token: string, signal: AbortSignal): Promise<Answer> {
  const { call, method, path, json } = request
  const headers = apiHeaders(api, token)
  if (json !== undefined) headers['content-type'] = 'application/json'
  const wire = { call, method, url: apiUrl(api, path), headers, headersTimeoutMs: 0, bodyTimeoutMs: 0 }
  const { callTimeoutMs: ms } = api.limits
  return withDeadline(api.clock, { ms, message: `no whole answer within ${ms} ms` }, signal, async (limited) => {
    const answer = await sendRequest(api.calls, json === undefined ? wire : { ...wire, body: json }, limited)
    return open(api, call, answer, limited)
  })
}

const open = async ({ clock }: ApiContext, call: string, answer: WireAnswer, signal: AbortSignal) =>
  openEnvelope(call, await readAnswer(call, answer, { signal, now: clock.now() }))
