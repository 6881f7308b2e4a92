import { callApi, lookAtApi, type ApiContext } from './api-calls.ts'
import { messageOf, type Answer } from './envelope.ts'
import { idMember, isObject } from './json-text.ts'
import { senseless } from './refusal.ts'
import { UpstreamError } from './upstream-error.ts'
import type { CallOptions, Render, Upstream } from './upstream.ts'

const RENDERS = '/api/render/proxy/lambda'
const COMPLETED = new Set(['completed', 'complete', 'succeeded', 'success', 'done', 'finished'])
const FAILED = new Set(['failed', 'failure', 'error', 'errored', 'cancelled', 'canceled', 'timeout', 'timed_out'])
const ALREADY_THERE = /\balready\b|\bduplicate|\bexists\b/i
const NOT_THERE = /not.{0,3}found|(not|n't) exist|unknown (render|task|id)|no such/i

/**
 * Starts a render. An id that the upstream knows already counts as started: then our first call had come through.
 * The draft goes into the body as the text that it is.
 */
export const startRender =
  (api: ApiContext): Upstream['startRender'] =>
  async ({ renderId, session, draft, output }, { signal }) => {
    const ids = `"id":${JSON.stringify(renderId)},"sessionId":${JSON.stringify(session.sessionId)}`
    const json = `{${ids},"draft":${draft},"output":${JSON.stringify(output)}}`
    try {
      const answer = await callApi(api, { call: 'start of a render', method: 'POST', path: RENDERS, json }, signal)
      return {
        renderId:
          idMember(answer.text, [...answer.path, 'id']) ??
          idMember(answer.text, [...answer.path, 'taskId']) ??
          renderId,
      }
    } catch (error) {
      if (await isAlreadyStarted(api, renderId, error, { signal })) return { renderId }
      throw error
    }
  }

/** Looks at a render once. Network faults, 408, 429 and 5xx are thrown: the caller keeps polling the same id. */
export const getRender =
  (api: ApiContext): Upstream['getRender'] =>
  async (renderId, { signal }) => {
    const answer = await lookAtApi(api, { call: 'look at a render', method: 'GET', path: pathOf(renderId) }, signal)
    const { failure } = answer
    const status = wordOf(answer.data['status'])
    if (failure && !(status && FAILED.has(status))) {
      if (isUnknownRender(failure)) return { status: 'unknown' }
      throw failure
    }
    if (status === null) throw senseless('look at a render', answer.status, 'it has no status')
    return toRender(api, answer, status)
  }

/** Asks the upstream to stop a render; one that it does not know needs no stopping. */
export const cancelRender =
  (api: ApiContext): Upstream['cancelRender'] =>
  async (renderId, { signal }) => {
    const request = {
      call: 'cancel of a render',
      method: 'POST',
      path: `${pathOf(renderId)}/cancel`,
      json: '{}',
    } as const
    const { failure } = await lookAtApi(api, request, signal)
    if (failure && !isUnknownRender(failure)) throw failure
  }

const pathOf = (renderId: string) => `${RENDERS}/${encodeURIComponent(renderId)}`
const wordOf = (status: unknown) => (typeof status === 'string' && status ? status.trim().toLowerCase() : null)

const isUnknownRender = ({ kind, words }: UpstreamError) =>
  ((words.status === 404 || words.code === 404) && kind !== 'auth') ||
  (kind === 'rejected' && NOT_THERE.test(words.message ?? ''))

/** No one has told the wording of that refusal, so a refusal without a known meaning is settled by looking the id up. */
async function isAlreadyStarted(api: ApiContext, renderId: string, error: unknown, options: CallOptions) {
  if (!(error instanceof UpstreamError) || (error.kind !== 'rejected' && error.kind !== 'unavailable')) return false
  const words = error.words.message ?? ''
  if (ALREADY_THERE.test(words) && !NOT_THERE.test(words)) return true
  if (error.kind !== 'rejected') return false
  const render = await getRender(api)(renderId, options)
  return render.status !== 'unknown'
}

function toRender(api: ApiContext, answer: Answer, status: string): Render {
  const { data, body } = answer
  if (FAILED.has(status)) return { status: 'failed', reason: messageOf(data) ?? messageOf(body) ?? status }
  const url = COMPLETED.has(status) ? outputUrl(api, data) : null
  if (url !== null) return { status: 'completed', url, ...durationOf(data) }
  return { status: 'running', progress: progressOf(data['progress']) }
}

function outputUrl({ baseUrl }: ApiContext, data: Answer['data']): string | null {
  const output = isObject(data['output']) ? data['output'] : {}
  const urls = [output['url'], data['outputUrl'], data['output_url'], data['output'], data['url']]
  const found = urls.find((url) => typeof url === 'string' && url.trim() !== '')
  const url = typeof found === 'string' ? URL.parse(found.trim(), `${baseUrl}/`) : null
  return url && /^https?:$/.test(url.protocol) ? url.href : null
}

/** From the second form's times, in milliseconds. Times that make no sense tell nothing. */
function durationOf({ createdAt, completedAt }: Answer['data']): { durationMs?: number } {
  if (typeof createdAt !== 'number' || typeof completedAt !== 'number') return {}
  const durationMs = completedAt - createdAt
  return durationMs > 0 ? { durationMs } : {}
}

/** Progress as 0 to 1. It comes in percent; a broken number below 1 can only be a share. */
function progressOf(progress: unknown): number | null {
  if (typeof progress !== 'number' || !Number.isFinite(progress) || progress < 0) return null
  const share = progress < 1 ? progress : progress / 100
  return Math.min(1, share)
}
