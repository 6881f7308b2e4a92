import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { testApi } from './support/test-api.ts'

const APP = 'https://app.example.com'
const withOrigin = () => testApi({ http: { maxUploadBytes: 1, corsOrigins: [APP] } })

it('lets the pages of an allowed origin ask first, and read the headers that matter', async () => {
  await using t = await withOrigin()

  const asked = await t.app.inject({
    method: 'OPTIONS',
    url: '/v1/jobs',
    headers: {
      origin: APP,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  })
  const read = await t.call({ url: '/v1/jobs', headers: { origin: APP } })

  expect(asked.statusCode).toBe(204)
  expect(asked.headers).toMatchObject({
    'access-control-allow-origin': APP,
    'access-control-allow-headers': 'authorization',
  })
  expect(asked.headers['x-request-id']).toMatch(/^req_/)
  expect(read.headers['access-control-allow-origin']).toBe(APP)
  expect(read.headers['access-control-expose-headers']).toMatch(/Location.*Retry-After.*X-Request-Id/)
  expect(read.headers['vary']).toContain('Origin')
})

it('shows a refusal to an allowed origin too', async () => {
  await using t = await withOrigin()
  const reply = await t.app.inject({ url: '/v1/jobs', headers: { origin: APP } })

  expect([reply.statusCode, reply.headers['access-control-allow-origin']]).toEqual([401, APP])
})

it.each(['https://evil.example.com', 'null', 'http://app.example.com'])('lets no page of %s read', async (origin) => {
  await using t = await withOrigin()

  expect(
    (await t.call({ url: '/v1/jobs', headers: { origin } })).headers['access-control-allow-origin'],
  ).toBeUndefined()
})

it('answers no page of another origin unless one is allowed', async () => {
  await using t = await testApi()
  const asked = await t.app.inject({ method: 'OPTIONS', url: '/v1/jobs', headers: { origin: APP } })

  expect([asked.statusCode, asked.headers['access-control-allow-origin']]).toEqual([405, undefined])
})

it.each(['/docs/', '/docs/errors'])(
  'lets %s load and call this server only, and run no script but its own',
  async (url) => {
    await using t = await testApi()

    const page = await t.app.inject(url)
    const policy = String(page.headers['content-security-policy'])

    expect(policy).toContain("default-src 'none'")
    expect(policy).toMatch(/connect-src 'self';/)
    expect(policy).not.toMatch(/https?:|\*|script-src[^;]*unsafe/)
    expect(page.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' })
    expect(page.body).not.toMatch(/(src|href)="https?:/)
    for (const [, script = ''] of page.body.matchAll(/<script[^>]*>([^<]+)<\/script>/g)) {
      expect(policy).toContain(createHash('sha256').update(script).digest('base64'))
    }
  },
)

it('leads from /docs to the page', async () => {
  await using t = await testApi()
  const reply = await t.app.inject('/docs')

  expect([reply.statusCode, reply.headers['location']]).toEqual([301, '/docs/'])
})
