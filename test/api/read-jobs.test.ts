import { expect, it } from 'vitest'
import { newSessionId } from '../../src/shared/jobs/ids.ts'
import { accepted, ended, succeeded } from './support/jobs.ts'
import { testApi, type TestApi } from './support/test-api.ts'

const list = async (t: TestApi, query: string) => (await t.call({ url: `/v1/jobs${query}` })).json()
const idsOf = (page: { data: { id: string }[] }) => page.data.map(({ id }) => id)

async function several(t: TestApi, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < count; index++) ids.push((await accepted(t)).id)
  return ids.reverse()
}

it('lists jobs newest first, page after page, each once', async () => {
  await using t = await testApi()
  const ids = await several(t, 5)

  const first = await list(t, '?limit=2')
  const newer = await accepted(t)
  const second = await list(t, `?limit=2&after=${first.next_cursor}`)
  const third = await list(t, `?limit=2&after=${second.next_cursor}`)

  expect([first, second, third].flatMap(idsOf)).toEqual(ids)
  expect([first, second, third].map(({ has_more: more }) => more)).toEqual([true, true, false])
  expect(third.next_cursor).toBeNull()
  expect(idsOf(await list(t, ''))[0]).toBe(newer.id)
})

it('links to the next page, with the filter that was given', async () => {
  await using t = await testApi()
  await several(t, 3)

  const reply = await t.call({ url: '/v1/jobs?status=queued&limit=2' })

  const [, url = ''] =
    /^<https:\/\/clipyard\.test(\/v1\/jobs\?.*)>; rel="next"$/.exec(String(reply.headers['link'])) ?? []
  expect((await t.call({ url })).json().data).toHaveLength(1)
  expect((await t.call({ url })).headers['link']).toBeUndefined()
})

it('filters by status, session or external id', async () => {
  await using t = await testApi()
  const session = newSessionId()
  const one = await accepted(t, { session })
  const two = await accepted(t, { request: { external_id: 'row 17/ä' } })
  await ended(t, one.id, 'failed')

  expect(idsOf(await list(t, '?status=failed'))).toEqual([one.id])
  expect(idsOf(await list(t, '?status=queued'))).toEqual([two.id])
  expect(idsOf(await list(t, `?session_id=${session}`))).toEqual([one.id])
  expect(idsOf(await list(t, `?external_id=${encodeURIComponent('row 17/ä')}`))).toEqual([two.id])
  expect(idsOf(await list(t, '?external_id=another'))).toEqual([])
})

it.each([
  ['limit=0', '#/limit', 'validation_failed'],
  ['limit=201', '#/limit', 'validation_failed'],
  ['limit=ten', '#/limit', 'validation_failed'],
  ['limit=1&limit=2', '#/limit', 'validation_failed'],
  ['status=done', '#/status', 'validation_failed'],
  ['session_id=1', '#/session_id', 'validation_failed'],
  ['colour=red', '#/colour', 'validation_failed'],
  ['status=queued&external_id=a', '#', 'validation_failed'],
  ['after=a', '#/after', 'invalid_cursor'],
  ['after=am9iczox_', '#/after', 'invalid_cursor'],
])('refuses to list by %s', async (query, pointer, code) => {
  await using t = await testApi()

  const reply = await t.call({ url: `/v1/jobs?${query}` })

  expect([reply.statusCode, reply.json().code, reply.json().errors[0]?.pointer]).toEqual([422, code, pointer])
})

it('answers 304 while a job stays as it was', async () => {
  await using t = await testApi()
  const { id } = await succeeded(t, Buffer.from('video'))
  const read = (etag?: string) => t.call({ url: `/v1/jobs/${id}`, headers: etag ? { 'if-none-match': etag } : {} })

  const { headers } = await read()
  await t.clock.advance(60_000)
  const again = await read(String(headers['etag']))

  expect([again.statusCode, again.body]).toEqual([304, ''])
  expect(again.headers['etag']).toBe(headers['etag'])
  expect((await read('"another"')).statusCode).toBe(200)
})

it('answers anew when a job has moved, and before its link expires', async () => {
  await using t = await testApi()
  const { id } = await accepted(t)
  const read = (etag = '') => t.call({ url: `/v1/jobs/${id}`, headers: { 'if-none-match': etag } })
  const queued = String((await read()).headers['etag'])

  await ended(t, id, 'succeeded', {
    output: { name: 'a.mp4', bytes: 1, content_type: 'video/mp4', sha256: 'a', duration_ms: 1, width: 1, height: 1 },
  })
  const moved = await read(queued)
  await t.clock.advance(23 * 3_600_000)

  expect(moved.statusCode).toBe(200)
  expect((await read(String(moved.headers['etag']))).statusCode).toBe(200)
})

it.each(['job_01', 'ses_00000000000000000000000000', `job_${'0'.repeat(26)}`, '..%2f..', 'job_{c0}'])(
  'finds no job %s',
  async (id) => {
    await using t = await testApi()

    expect((await t.call({ url: `/v1/jobs/${id}` })).json().code).toBe('not_found')
  },
)
