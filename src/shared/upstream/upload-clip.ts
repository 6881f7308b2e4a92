import { Readable } from 'node:stream'
import { FormDataEncoder, type FileLike, type FormDataLike } from 'form-data-encoder'
import { sendBody, type ApiContext } from './api-calls.ts'
import type { Answer } from './envelope.ts'
import { senseless } from './refusal.ts'
import { withToken } from './tokens.ts'
import type { ClipSource, Upstream } from './upstream.ts'

/**
 * Streams one clip as `multipart/form-data`: it is never in memory as a whole. What the clip's own source throws is
 * thrown as it is, since it is no fault of the upstream.
 */
export const uploadClip =
  (api: ApiContext): Upstream['upload'] =>
  async (session, clip, { signal }) => {
    const path = `/api/upload-video/nemo_agent/me/${encodeURIComponent(session.sessionId)}`
    await withToken(api.tokens, signal, async (token) => {
      const answer = await sendClip(api, { path, clip, token }, signal)
      if (answer.failure) throw answer.failure
      const files = answer.data['files'] ?? answer.data['uploaded_files']
      if (Array.isArray(files) && files.length === 0) throw senseless('upload', answer.status, 'it lists no file')
    })
  }

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
