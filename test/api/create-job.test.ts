import { expect, it } from 'vitest'
import { accepted, found } from './support/jobs.ts'
import { OTHER_TENANT } from './support/keys.ts'
import { testApi, type TestApi } from './support/test-api.ts'

const post = (t: TestApi, payload: object) => t.call({ method: 'POST', url: '/v1/jobs', payload })

it('takes a job as JSON and shows it where it says', async () => {
  await using t = await testApi()

  const reply = await post(t, {
    inputs: [{ url: 'https://example.com/clips/one.mp4?x=1' }],
    instruction: ' trim silences ',
  })

  expect(reply.statusCode, reply.body).toBe(202)
  const job = reply.json()
  expect(job).toMatchObject({
    object: 'job',
    status: 'queued',
    action: 'edit',
    instruction: 'trim silences',
    inputs: [{ kind: 'url', name: 'one.mp4', bytes: null }],
    priority: 'normal',
    metadata: {},
    created_at: '2030-01-01T00:00:00.000Z',
  })
  expect(reply.headers['location']).toBe(`https://clipyard.test/v1/jobs/${job.id}`)
  expect((await t.call({ url: `/v1/jobs/${job.id}` })).json()).toEqual(job)
})

it('keeps every member of the request', async () => {
  await using t = await testApi()
  const { session } = await accepted(t)

  const reply = await post(t, {
    instruction: 'make it short',
    language: 'pt-BR',
    output: { format: 'mp4', quality: 'low' },
    session_id: session,
    external_id: 'row-17',
    metadata: { k: 'v' },
    priority: 'high',
    expect: { min_changes: 1, max_duration_ms: 60_000, aspect: '9:16', tracks: { text: 1 } },
    max_credits: 100,
    run_at: '2030-01-01T03:00:00+02:00',
    start_by: '2030-01-02T00:00:00Z',
    finish_by: null,
    webhook: { url: 'https://example.com/hook' },
  })

  expect(reply.json()).toMatchObject({
    session_id: session,
    external_id: 'row-17',
    metadata: { k: 'v' },
    priority: 'high',
  })
  expect((await found(t, reply.json().id)).request).toEqual({
    instruction: 'make it short',
    language: 'pt-BR',
    output: { format: 'mp4', quality: 'low' },
    external_id: 'row-17',
    metadata: { k: 'v' },
    priority: 'high',
    expect: { min_changes: 1, max_duration_ms: 60_000, aspect: '9:16', tracks: { text: 1 } },
    max_credits: 100,
    run_at: '2030-01-01T01:00:00.000Z',
    start_by: '2030-01-02T00:00:00.000Z',
    finish_by: null,
    webhook: {
      url: 'https://example.com/hook',
      events: ['job.succeeded', 'job.failed', 'job.canceled', 'job.expired'],
    },
  })
  expect(reply.json()).toMatchObject({ status: 'waiting', waiting: { reason: 'scheduled' } })
})

it.each([
  ['export it', 'export'],
  ["what's my balance?", 'credits'],
  ['add end credits', 'edit'],
])('takes "%s" for %s', async (instruction, action) => {
  await using t = await testApi()

  expect((await post(t, { inputs: [{ url: 'https://example.com/a.mp4' }], instruction })).json().action).toBe(action)
})

it('puts a job behind the one that its session has', async () => {
  await using t = await testApi()
  const first = (await post(t, { instruction: 'a' })).json()

  const second = (await post(t, { instruction: 'b', session_id: first.session_id })).json()

  expect(second).toMatchObject({ session_id: first.session_id, status: 'waiting', waiting: { reason: 'session' } })
})

it("does not know another tenant's session", async () => {
  await using t = await testApi()
  const { session } = await accepted(t, { tenant: OTHER_TENANT })

  const reply = await post(t, { instruction: 'a', session_id: session })

  expect(reply.statusCode).toBe(422)
  expect(reply.json().errors).toMatchObject([{ pointer: '#/session_id', code: 'unknown_session' }])
})
