import { Readable } from 'node:stream'
import { AddressBlocked } from '../net/address-errors.ts'
import type { ApiContext } from './api-calls.ts'
import { withDeadline } from './deadline.ts'
import { messageOf } from './envelope.ts'
import { isObject } from './json-text.ts'
import { readAnswer } from './read-answer.ts'
import { senseless, toUpstreamError } from './refusal.ts'
import { UpstreamError } from './upstream-error.ts'
import type { Upstream } from './upstream.ts'
import { discard, sendRequest, toNetworkError, type WireAnswer } from './wire.ts'

const CALL = 'download'
const IDLE_MS = 60_000
const LONGEST_REFUSAL_BYTES = 64 * 1024

/** Opens an output. It is given out without our token or attribution, so none of our headers go along. */
export const downloadOutput =
  (api: ApiContext): Upstream['download'] =>
  async (address, { signal, from = 0 }) => {
    const url = URL.parse(address, `${api.baseUrl}/`)
    if (!url || !/^https?:$/.test(url.protocol)) throw senseless(CALL, null, 'its address is no http(s) URL')
    const answer = await request(api, url, from, signal)
    const { statusCode, headers } = answer
    if (statusCode === 206) return resumed(answer, from, signal)
    if (statusCode === 200) return { body: guard(answer, signal), from: 0, bytes: lengthOf(headers['content-length']) }
    if (statusCode === 416 && from > 0) {
      discard(answer)
      const bytes = rangeOf(headers['content-range']).bytes
      if (bytes === from) return { body: Readable.from([], { objectMode: false }), from, bytes }
      return downloadOutput(api)(address, { signal })
    }
    throw await refusalOf(api, answer, signal)
  }

async function request(api: ApiContext, url: URL, from: number, signal: AbortSignal): Promise<WireAnswer> {
  // What the upstream hands out is trusted on its own host, whatever the port.
  const dispatcher = url.hostname === new URL(api.baseUrl).hostname ? api.calls : api.foreign
  const headers: Record<string, string> = { accept: '*/*', 'accept-encoding': 'identity' }
  if (from > 0) headers['range'] = `bytes=${from}-`
  const { callTimeoutMs: ms } = api.limits
  const limit = { ms, message: `no answer within ${ms} ms` }
  const wire = { call: CALL, method: 'GET', url, headers, headersTimeoutMs: 0, bodyTimeoutMs: IDLE_MS } as const
  // The deadline is for the head alone; the body may take long.
  const life = new AbortController()
  const whole = AbortSignal.any([signal, life.signal])
  try {
    return await withDeadline(api.clock, limit, signal, (limited) => sendRequest(dispatcher, wire, limited, whole))
  } catch (error) {
    life.abort(error)
    throw toldAsBlocked(error)
  }
}

/** A blocked address stays blocked: it is a refusal of ours, not an upstream that is away. */
function toldAsBlocked(error: unknown): unknown {
  if (!(error instanceof UpstreamError) || !(error.cause instanceof AddressBlocked)) return error
  const { cause, delivery, words } = error
  return new UpstreamError('rejected', `The output of the upstream can't be fetched: ${cause.message}`, {
    delivery,
    words,
    cause,
  })
}

function resumed(answer: WireAnswer, from: number, signal: AbortSignal) {
  const range = rangeOf(answer.headers['content-range'])
  if (range.start === from) return { body: guard(answer, signal), from, bytes: range.bytes }
  discard(answer)
  throw senseless(
    CALL,
    206,
    `asked for bytes from ${from} on, its Content-Range is ${String(answer.headers['content-range'])}`,
  )
}

/** The body, whose faults are told as `UpstreamError`, so that the caller resumes. */
function guard(answer: WireAnswer, signal: AbortSignal): Readable {
  const chunks = async function* () {
    try {
      yield* answer.body as AsyncIterable<Buffer>
    } catch (error) {
      throw toNetworkError(CALL, error, signal, true)
    }
  }
  const body = Readable.from(chunks(), { objectMode: false, highWaterMark: 256 * 1024 })
  // A body that is closed before it was read never starts its generator.
  return body.once('close', () => discard(answer))
}

async function refusalOf({ clock }: ApiContext, answer: WireAnswer, signal: AbortSignal) {
  const read = await readAnswer(CALL, answer, { signal, now: clock.now(), maxBytes: LONGEST_REFUSAL_BYTES }).catch(
    () => null,
  )
  return toUpstreamError(CALL, {
    status: answer.statusCode,
    code: null,
    message: read && wordsOf(read.text),
    retryAfterMs: read?.retryAfterMs ?? null,
  })
}

function wordsOf(text: string): string | null {
  try {
    const body: unknown = JSON.parse(text)
    return isObject(body) ? messageOf(body) : null
  } catch {
    return null
  }
}

function rangeOf(header: string | string[] | undefined): { start: number | null; bytes: number | null } {
  const [, start, bytes] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(String(header ?? '')) ?? []
  return { start: lengthOf(start), bytes: lengthOf(bytes) }
}

const lengthOf = (text: string | string[] | undefined): number | null =>
  typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : null
