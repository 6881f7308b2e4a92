import { describe, expect, it } from 'vitest'
import { createApi, onThisServer } from '../../web/api.js'
import { needsKey, passesBy, Refused, toError, Unreachable } from '../../web/api-errors.js'

const BASE = 'http://127.0.0.1:8080/v1/'

/** The calls of the page, all answered in this way. */
function anApi(answer: () => Response | Promise<Response>) {
  const calls: { url: string; method: string; headers: Record<string, string> }[] = []
  const api = createApi({
    key: 'cy_key',
    base: BASE,
    fetch: async (url, init) => {
      calls.push({
        url: url instanceof Request ? url.url : url.toString(),
        method: init?.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init?.headers)),
      })
      return answer()
    },
  })
  return { api, calls }
}

it('shows its key with every call', async () => {
  const { api, calls } = anApi(() => Response.json({ data: [], has_more: false, next_cursor: null }))

  await api.listJobs({ limit: 20, after: 'a&b' })

  expect(calls).toEqual([
    { url: `${BASE}jobs?limit=20&after=a%26b`, method: 'GET', headers: { authorization: 'Bearer cy_key' } },
  ])
})

it('asks for a job only if it has changed', async () => {
  const { api, calls } = anApi(() => new Response(null, { status: 304 }))

  expect(await api.getJob('job_1', 'W/"1"')).toBeNull()
  expect(calls[0]?.headers['if-none-match']).toBe('W/"1"')
})

it('reads a job with the tag of its version', async () => {
  const { api, calls } = anApi(() => Response.json({ id: 'job_1' }, { headers: { etag: 'W/"2"' } }))

  expect(await api.getJob('job_1')).toEqual({ job: { id: 'job_1' }, etag: 'W/"2"' })
  expect(calls[0]?.headers).not.toHaveProperty('if-none-match')
})

it('cancels and retries by POST', async () => {
  const { api, calls } = anApi(() => Response.json({ id: 'job_1' }, { status: 202 }))

  await api.cancelJob('job_1')
  await api.retryJob('job_1')

  expect(calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
    `POST ${BASE}jobs/job_1/cancel`,
    `POST ${BASE}jobs/job_1/retry`,
  ])
})

describe('what goes wrong', () => {
  const problem = {
    title: 'The request does not match its schema',
    detail: '#/instruction: Expected at least 1 characters, got 0',
    code: 'validation_failed',
    errors: [{ pointer: '#/instruction', code: 'too_small', detail: 'Expected at least 1 characters, got 0' }],
  }

  it('is told in the words of the API', async () => {
    const { api } = anApi(() => Response.json(problem, { status: 422 }))
    const error = await api.listJobs({ limit: 1 }).catch((thrown) => thrown)

    expect(error).toBeInstanceOf(Refused)
    expect(error).toMatchObject({ status: 422, title: problem.title, message: problem.detail, errors: problem.errors })
    expect(passesBy(error)).toBe(false)
  })

  it('is no answer where the line is dead, or breaks off', async () => {
    const dead = anApi(() => Promise.reject(new TypeError('Failed to fetch')))
    const broken = anApi(() => new Response('{"data":', { status: 200 }))

    await expect(dead.api.listJobs({ limit: 1 })).rejects.toBeInstanceOf(Unreachable)
    await expect(broken.api.listJobs({ limit: 1 })).rejects.toBeInstanceOf(Unreachable)
  })

  it('passes by where the server says so, and when', () => {
    const away = toError({ status: 503, body: JSON.stringify({ ...problem, code: 'unavailable' }), retryAfter: '5' })
    const proxy = toError({ status: 502, body: '<html>Bad gateway</html>', retryAfter: null })
    const busy = toError({ status: 429, body: JSON.stringify({ ...problem, code: 'rate_limited' }), retryAfter: '7' })

    expect([away, proxy, busy].map(passesBy)).toEqual([true, true, true])
    expect(away).toMatchObject({ retryAfterMs: 5_000 })
    expect(proxy).toBeInstanceOf(Unreachable)
  })

  it('may be the key alone', () => {
    const unknown = toError({ status: 401, body: JSON.stringify({ code: 'unauthenticated' }), retryAfter: null })
    const scope = toError({ status: 403, body: JSON.stringify({ code: 'missing_scope' }), retryAfter: null })

    expect([unknown, scope].map(needsKey)).toEqual([true, false])
  })

  it('has words even where the answer has none', () => {
    expect(toError({ status: 404, body: '', retryAfter: null })).toMatchObject({
      title: 'The server refused that',
      message: 'The server answered with 404',
    })
  })
})

it.each(['https://clips.example.com', 'http://localhost:8080', 'https://example.com/clipyard'])(
  'plays a video linked by %s from where the page is',
  (publicUrl) => {
    const link = `${publicUrl}/v1/jobs/job_1/output?expires=1&signature=a-b_c`

    expect(onThisServer(link, BASE)).toBe(`${BASE}jobs/job_1/output?expires=1&signature=a-b_c`)
  },
)
