import { toError, Unreachable } from './api-errors.js'

/** @import { JobView } from '../src/shared/jobs/job-view.ts' */
/** @typedef {ReturnType<typeof createApi>} Api */
/** @typedef {{ data: JobView[], has_more: boolean, next_cursor: string | null }} JobPage */

const TIMEOUT_MS = 20_000

/**
 * The calls that the page makes, but for uploads. They throw `Refused` or `Unreachable`.
 * @param {{ key: string, base: string, fetch?: typeof globalThis.fetch }} server base: the address of `/v1/`
 */
export function createApi({ key, base, fetch = globalThis.fetch }) {
  /** @param {string} path @param {{ method?: string, headers?: Record<string, string> }} [init] */
  async function call(path, init = {}) {
    const headers = { authorization: `Bearer ${key}`, ...init.headers }
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const answer = await orUnreachable(fetch(`${base}${path}`, { ...init, headers, signal }))
    if (answer.ok || answer.status === 304) return answer
    const body = await answer.text().catch(() => '')
    throw toError({ status: answer.status, body, retryAfter: answer.headers.get('retry-after') })
  }
  /** @param {string} path */
  const post = async (path) => /** @type {JobView} */ (await json(await call(path, { method: 'POST' })))

  return {
    /** @param {{ limit: number, after?: string | null }} page @returns {Promise<JobPage>} */
    async listJobs({ limit, after }) {
      const query = new URLSearchParams({ limit: String(limit), ...(after && { after }) })
      return json(await call(`jobs?${query}`))
    },
    /**
     * Null while nothing has changed since the answer with that ETag.
     * @param {string} id
     * @param {string | null} [etag]
     * @returns {Promise<{ job: JobView, etag: string | null } | null>}
     */
    async getJob(id, etag = null) {
      const answer = await call(`jobs/${id}`, { headers: etag ? { 'if-none-match': etag } : {} })
      return answer.status === 304 ? null : { job: await json(answer), etag: answer.headers.get('etag') }
    },
    /** @param {string} id */
    cancelJob: (id) => post(`jobs/${id}/cancel`),
    /** The new job, which goes on where the old one came to. @param {string} id */
    retryJob: (id) => post(`jobs/${id}/retry`),
  }
}

/** @param {Response} answer */
const json = (answer) => orUnreachable(answer.json())

/** @template T @param {Promise<T>} work @returns {Promise<T>} */
async function orUnreachable(work) {
  try {
    return await work
  } catch (error) {
    throw new Unreachable('No answer', { cause: error })
  }
}

/**
 * The address of something of the API as it is reached from this page: a link names the server by its public address,
 * which may be another than the one that the reader came by.
 * @param {string} link
 * @param {string} base
 */
export function onThisServer(link, base) {
  const { pathname, search } = new URL(link)
  return `${base}${pathname.slice(pathname.indexOf('/v1/') + '/v1/'.length)}${search}`
}
