import { expect, it } from 'vitest'
import { OTHER_TENANT, withKey } from './support/keys.ts'
import { accepted } from './support/jobs.ts'
import { testApi } from './support/test-api.ts'

it.each([
  ['no header', undefined],
  ['another scheme', 'Basic Y2xpcHlhcmQ6eWFyZA=='],
  ['no key', 'Bearer '],
  ['a key that is none of ours', 'Bearer cy_some-other-key-of-a-stranger'],
])('asks for a key when there is %s', async (_what, authorization) => {
  await using t = await testApi()

  const reply = await t.app.inject({ url: '/v1/jobs', headers: authorization ? { authorization } : {} })

  expect(reply.statusCode).toBe(401)
  expect(reply.headers['www-authenticate']).toBe('Bearer realm="clipyard"')
  expect(reply.json()).toMatchObject({ code: 'unauthenticated', retryable: false })
})

it.each(['/healthz', '/readyz', '/docs/', '/docs/errors', '/openapi.yaml', '/openapi.json'])(
  'opens %s to everyone',
  async (url) => {
    await using t = await testApi()

    expect((await t.app.inject({ url })).statusCode).toBe(200)
  },
)

it('refuses a key that lacks the scope, and names it', async () => {
  await using t = await testApi()
  const headers = await withKey(t, ['jobs:read'])

  const reply = await t.app.inject({ method: 'POST', url: '/v1/jobs', headers, payload: { instruction: 'a' } })

  expect(reply.statusCode).toBe(403)
  expect(reply.json()).toMatchObject({ code: 'missing_scope', detail: expect.stringContaining('jobs:write') })
})

it('lets a key do what its scope says', async () => {
  await using t = await testApi()
  const headers = await withKey(t, ['jobs:read'])

  expect((await t.app.inject({ url: '/v1/jobs', headers })).statusCode).toBe(200)
})

it("hides a tenant's job from another's key, on every address of it", async () => {
  await using t = await testApi()
  const job = await accepted(t)
  const headers = await withKey(t, ['admin'], OTHER_TENANT)

  for (const url of [`/v1/jobs/${job.id}`, `/v1/jobs/${job.id}/output`]) {
    const reply = await t.app.inject({ url, headers })
    expect(reply.statusCode, url).toBe(404)
    expect(reply.json().code).toBe('not_found')
  }
  expect((await t.app.inject({ url: '/v1/jobs', headers })).json().data).toEqual([])
  expect((await t.app.inject({ url: `/v1/jobs?session_id=${job.session}`, headers })).json().data).toEqual([])
})

it("gives a tenant's webhook secret to a key that manages webhooks, and to no other", async () => {
  await using t = await testApi()
  const url = '/v1/webhook-secret'

  const reply = await t.app.inject({ url, headers: await withKey(t, ['webhooks:manage']) })
  expect(reply.json()).toEqual({ secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })
  expect(reply.headers['cache-control']).toBe('no-store')
  expect((await t.app.inject({ url, headers: await withKey(t, ['jobs:read']) })).statusCode).toBe(403)
})
