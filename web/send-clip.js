import { toError } from './api-errors.js'

/** @import { JobView } from '../src/shared/jobs/job-view.ts' */

/**
 * Sends a clip with its instruction as one job, and tells how much of it has left. Rejects with `Refused`,
 * `Unreachable`, or an `AbortError`.
 * @param {{ key: string, base: string }} server
 * @param {{ file: File, instruction: string }} order
 * @param {{ onProgress: (part: number) => void, signal: AbortSignal }} watch
 * @returns {Promise<JobView>}
 */
export function sendClip({ key, base }, { file, instruction }, { onProgress, signal }) {
  const form = new FormData()
  form.append('instruction', instruction)
  form.append('file', file)
  // Only this way does a browser tell how far an upload has come.
  const request = new XMLHttpRequest()
  const { promise, resolve, reject } = Promise.withResolvers()
  const refuse = () => {
    const { status, responseText: body } = request
    reject(toError({ status, body, retryAfter: request.getResponseHeader('retry-after') }))
  }
  request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total ? loaded / total : 0))
  request.addEventListener('load', () =>
    request.status === 202 || request.status === 200 ? resolve(JSON.parse(request.responseText)) : refuse(),
  )
  request.addEventListener('error', refuse)
  request.addEventListener('abort', () => reject(new DOMException('The upload was stopped', 'AbortError')))
  signal.addEventListener('abort', () => request.abort())
  request.open('POST', `${base}jobs`)
  request.setRequestHeader('authorization', `Bearer ${key}`)
  request.send(form)
  return promise
}
