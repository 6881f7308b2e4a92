import { Readable } from 'node:stream'
import { FormDataEncoder, type FileLike, type FormDataLike } from 'form-data-encoder'
import { callApi, sendBody, type ApiContext } from './api-calls.ts'
import type { Answer } from './envelope.ts'
import { senseless, toUpstreamError } from './refusal.ts'
import { withToken } from './tokens.ts'
import type { ClipSource, Upstream } from './upstream.ts'

/**
 * Streams one clip as `multipart/form-data`: it is never in memory as a whole. What the clip's own source throws is
 * thrown as it is, since it is no fault of the upstream.
 */
export const uploadClip =
  (api: ApiContext): Upstream['upload'] =>
  async (session, clip, { signal }) => {
    const target = { sessionId: session.sessionId, clip }
    if (await handOver(api, target, signal)) return
    if (await handOver(api, target, signal)) return
    throw toUpstreamError('upload', { ...NOT_TAKEN_UP, message: `the session did not take up ${clip.name}` })
  }

const NOT_TAKEN_UP = { status: 200, code: null, retryAfterMs: null }

interface Target {
  sessionId: string
  clip: ClipSource
}

/** Uploads once. False: the upstream has the clip, but its session, asked again, does not know of it. */
async function handOver(api: ApiContext, { sessionId, clip }: Target, signal: AbortSignal): Promise<boolean> {
  const path = `/api/upload-video/nemo_agent/me/${encodeURIComponent(sessionId)}`
  const { data, text, status } = await withToken(api.tokens, signal, async (token) => {
    const answer = await sendClip(api, { path, clip, token }, signal)
    if (answer.failure) throw answer.failure
    return answer
  })
  const files = data['files'] ?? data['uploaded_files']
  if (Array.isArray(files) && files.length === 0) throw senseless('upload', status, 'it lists no file')
  return data['session_state_applied'] !== false || isInState(api, { sessionId, clip, names: namesIn(text) }, signal)
}

/** An edit of a session that lacks its clip would be paid for nothing, so the state itself is asked. */
async function isInState(api: ApiContext, target: Target & { names: string[] }, signal: AbortSignal) {
  const path = `/api/state/nemo_agent/me/${encodeURIComponent(target.sessionId)}/latest`
  const state = await callApi(api, { call: 'state of a session', method: 'GET', path }, signal)
  return [JSON.stringify(target.clip.name), ...target.names].some((name) => state.text.includes(name))
}

/** How the answer names the file, as JSON texts: the upstream may have renamed it. */
const namesIn = (answer: string): string[] =>
  [...answer.matchAll(/"(?:filename|cdn_url|url)"\s*:\s*("(?:[^"\\]|\\.)+")/g)].map(([, name]) => name ?? '')

async function sendClip(
  api: ApiContext,
  { path, clip, token }: { path: string; clip: ClipSource; token: string },
  signal: AbortSignal,
): Promise<Answer> {
  const source: { error?: unknown } = {}
  const encoder = new FormDataEncoder(formOf(clip, source))
  const headers = { 'content-type': encoder.contentType, 'content-length': encoder.contentLength ?? '' }
  const body = Readable.from(encoder.encode(), { objectMode: false, highWaterMark: 256 * 1024 })
  try {
    return await sendBody(api, { call: 'upload', path, headers, body }, token, signal)
  } catch (error) {
    throw source.error ?? error
  } finally {
    body.destroy()
  }
}

/** A form with the one field `files`, whose bytes are read from the clip while they are sent. */
function formOf(clip: ClipSource, source: { error?: unknown }): FormDataLike {
  const file: FileLike = {
    name: clip.name,
    type: clip.contentType,
    size: clip.bytes,
    lastModified: 0,
    stream: () => readClip(clip, source),
    [Symbol.toStringTag]: 'File',
  }
  const entries = () => ([['files', file]] as [string, FileLike][]).values()
  return {
    append: () => {
      throw new TypeError('The form of an upload has one file')
    },
    getAll: () => [file],
    entries,
    [Symbol.iterator]: entries,
    [Symbol.toStringTag]: 'FormData',
  }
}

async function* readClip(clip: ClipSource, source: { error?: unknown }): AsyncGenerator<Uint8Array> {
  try {
    let bytes = 0
    for await (const chunk of (await clip.open()) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      yield chunk
    }
    if (bytes !== clip.bytes) throw new Error(`Expected ${clip.bytes} bytes of ${clip.name}; its source gave ${bytes}`)
  } catch (error) {
    source.error = error
    throw error
  }
}
