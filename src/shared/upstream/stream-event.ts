import { codeOf, messageOf } from './envelope.ts'
import { isObject, type JsonObject } from './json-text.ts'

/** What one event of a message's stream means to us. */
export type StreamEvent =
  | { type: 'heartbeat' }
  /** `partial` texts are pieces of the whole one that follows. */
  | { type: 'text'; author: string; text: string; partial: boolean }
  /** A tool was called or answered, or an event has nothing to read: the text before it is complete. */
  | { type: 'other'; author: string }
  /** `bare`: no event of the agent's, but an answer of the API, as it also comes without a stream. */
  | { type: 'error'; code: string | null; message: string; bare: boolean }
  /** Neither JSON nor any known spelling. */
  | { type: 'noise' }

const HEARTBEAT = /^(heartbeat|ping|keep-?alive)$/i
/** Older servers put the message in without escaping it, so that the line is no JSON. */
const UNESCAPED_ERROR = /^\{\s*"error"\s*:\s*"?(.*?)(?:"\s*\})?$/s

/** Reads one event of the stream, in either of its two forms and in camelCase or snake_case. */
export function toStreamEvent(name: string | undefined, data: string): StreamEvent {
  const text = data.trim()
  if (text === '' || HEARTBEAT.test(text) || (name !== undefined && HEARTBEAT.test(name))) return { type: 'heartbeat' }
  const event = parse(text)
  if (isObject(event)) return fromObject(event, name)
  const [, message] = UNESCAPED_ERROR.exec(text) ?? []
  if (message !== undefined) return { type: 'error', code: null, message, bare: true }
  return { type: 'noise' }
}

function fromObject(event: JsonObject, name: string | undefined): StreamEvent {
  const type = typeof event['type'] === 'string' ? event['type'] : name
  if (type !== undefined && HEARTBEAT.test(type)) return { type: 'heartbeat' }
  // A tool that fails is the agent's to deal with: it goes on, and tells an error of its own if it can't.
  if (type !== undefined && type.startsWith('tool_')) return { type: 'other', author: authorOf(event) }
  return errorOf(event, type) ?? textOf(event, type) ?? { type: 'other', author: authorOf(event) }
}

function errorOf(event: JsonObject, type: string | undefined): StreamEvent | null {
  const bare = event['author'] === undefined && event['content'] === undefined
  const code = pick(event, 'errorCode', 'error_code')
  const words = pick(event, 'errorMessage', 'error_message')
  if (isWord(code) || isWord(words)) {
    const message = String(isWord(words) ? words : code)
    return { type: 'error', code: isWord(code) ? String(code) : null, message, bare }
  }
  const isRefusal = event['content'] === undefined && (event['success'] === false || codeOf(event) !== null)
  if (type === 'error' || isRefusal || isWord(event['error']) || isObject(event['error']) || isBareDetail(event)) {
    const message = messageOf(event) ?? flatText(event)
    return { type: 'error', code: codeOf(event), message: message || 'The upstream told an error without words', bare }
  }
  const text = partsText(event)
  if (event['author'] !== 'system' || text === null) return null
  const [, message] = /^\s*Error:\s*(.*)$/is.exec(text) ?? []
  return message === undefined ? null : { type: 'error', code: null, message: message.trim(), bare }
}

function textOf(event: JsonObject, type: string | undefined): StreamEvent | null {
  const author = authorOf(event)
  if (author === 'user' || event['thought'] === true) return null
  const isFlat = type === 'text' || type === 'message' || type === 'content'
  const text = partsText(event) ?? (isFlat ? flatText(event) : null)
  return text ? { type: 'text', author, text, partial: event['partial'] === true } : null
}

/** The event's visible text: its parts in one, thoughts left out. Null where it has no part to read. */
function partsText(event: JsonObject): string | null {
  const content = event['content']
  if (!isObject(content) || !Array.isArray(content['parts'])) return null
  const texts = content['parts']
    .filter((part) => isObject(part) && part['thought'] !== true)
    .map((part: JsonObject) => part['text'])
    .filter((text) => typeof text === 'string')
  return texts.length === 0 ? null : texts.join('')
}

function flatText(event: JsonObject): string {
  const inner = isObject(event['data']) ? event['data'] : event
  const text = [inner['text'], inner['content'], inner['message'], inner['delta'], event['data']]
  const found = text.find((value) => typeof value === 'string')
  return typeof found === 'string' ? found : ''
}

const authorOf = (event: JsonObject) => (typeof event['author'] === 'string' ? event['author'] : '')
const isBareDetail = (event: JsonObject) =>
  event['detail'] !== undefined && event['content'] === undefined && event['type'] === undefined
const pick = (event: JsonObject, camel: string, snake: string) => event[camel] ?? event[snake]
const isWord = (value: unknown) => (typeof value === 'string' && value.trim() !== '') || typeof value === 'number'

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
