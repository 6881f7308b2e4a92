import { isObject, type JsonObject } from './json-text.ts'
import { senseless, toUpstreamError } from './refusal.ts'
import type { UpstreamError } from './upstream-error.ts'

const LONGEST_MESSAGE = 500

/** An answer's text with what HTTP said about it. */
export interface AnswerText {
  status: number
  text: string
  retryAfterMs: number | null
}

/** An answer out of its envelope. `path` leads to `data` inside `text`, for members that must stay raw. */
export interface Answer {
  status: number
  body: JsonObject
  data: JsonObject
  text: string
  path: readonly string[]
  /** Set where the envelope says that the call failed. */
  failure: UpstreamError | null
}

/**
 * Opens any of the four envelopes: `{"code":0,"data"}`, `{"success":true,"data"}`, the bare object, `{"detail"}`.
 * A failure may come with HTTP 200; it is returned, so that a caller may look at the body first.
 * @throws UpstreamError where the answer is no JSON object, unless its status says that the call failed.
 */
export function openEnvelope(call: string, answer: AnswerText): Answer {
  const { status, text, retryAfterMs } = answer
  const parsed = parse(text)
  // The status alone tells a refusal whose words were lost on the way.
  const body = isObject(parsed) ? parsed : status >= 400 ? {} : null
  if (body === null) throw notAnObject(call, answer)
  const enclosed = isObject(body['data']) || body['data'] === null || body['code'] !== undefined
  const data = enclosed ? (isObject(body['data']) ? body['data'] : {}) : body
  const failed = tellsFailure(body, status)
  const refusal = { status, code: codeOf(body), message: messageOf(body), retryAfterMs }
  return {
    status,
    body,
    data,
    text,
    path: enclosed ? ['data'] : [],
    failure: failed ? toUpstreamError(call, refusal) : null,
  }
}

/** The first words that an answer has for what went wrong, shortened; null where it has none. */
export function messageOf(body: JsonObject): string | null {
  for (const name of ['message', 'error', 'detail', 'msg', 'error_message', 'errorMessage']) {
    const words = inWords(body[name])
    if (words) return words.slice(0, LONGEST_MESSAGE)
  }
  return null
}

/** The body's `code` as text, or null where it is success or absent. */
export function codeOf(body: JsonObject): string | null {
  const inner = [body['error'], body['detail']].find(isObject)?.['code']
  const code = body['code'] ?? inner ?? body['error_code'] ?? body['errorCode']
  if (typeof code !== 'number' && typeof code !== 'string') return null
  const text = String(code).trim()
  return text === '' || text === '0' || /^2\d\d$/.test(text) ? null : text
}

function tellsFailure(body: JsonObject, status: number): boolean {
  if (status < 200 || status > 299 || body['success'] === false || codeOf(body) !== null) return true
  if (body['data'] !== undefined || body['status'] !== undefined) return false
  return inWords(body['detail']) !== null || inWords(body['error']) !== null
}

/** Words of a string, of an object with a message, or of the list in which request faults come. */
function inWords(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value.trim()
  if (Array.isArray(value)) {
    const all = value.map(inWords).filter((words) => words !== null)
    return all.length === 0 ? null : all.join('; ')
  }
  if (!isObject(value)) return null
  const words = inWords(value['message'] ?? value['msg'])
  return words && Array.isArray(value['loc']) ? `${value['loc'].join('.')}: ${words}` : words
}

function notAnObject(call: string, { status, text }: AnswerText): UpstreamError {
  return senseless(
    call,
    status,
    `it came as ${text.trim() === '' ? 'an empty body' : 'something else than a JSON object'}`,
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
