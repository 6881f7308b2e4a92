import { describe, expect, it } from 'vitest'
import { silentLogger } from '../../../src/shared/observe/logger.ts'
import { anonymousToken } from '../../../src/shared/upstream/anonymous-token.ts'
import { memoryTokenCache } from '../../../src/shared/upstream/token-cache.ts'
import { DAY_MS } from '../../../src/shared/time/clock.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { ScriptedUpstream } from '../../support/scripted-upstream.ts'
import { sendJson } from '../../support/upstream-world.ts'
import { clientOf, signal } from './client.ts'

const EXPIRED = { code: 1001, message: 'token expired' }

async function setup() {
  const upstream = await ScriptedUpstream.start()
  const clock = new ManualClock()
  const cache = memoryTokenCache()
  const sourceOf = () =>
    anonymousToken({
      baseUrl: upstream.url,
      clientId: 'client-1',
      cache,
      clock,
      log: silentLogger,
      rateLimitMs: 30_000,
    })
  const [tokens, other] = [sourceOf(), sourceOf()]
  const client = clientOf(upstream.url, { tokens })
  return {
    upstream,
    clock,
    cache,
    tokens,
    other,
    client,
    sentTokens: () =>
      upstream.requests.filter(({ route }) => route !== 'token').map(({ headers }) => headers.authorization),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([client.close(), tokens.close(), other.close()])
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('an anonymous token', () => {
  it('is had once, for all calls and processes, with the client id and nothing else', async () => {
    await using t = await setup()
    await Promise.all([
      t.client.credits({ signal }),
      t.client.credits({ signal }),
      t.other.current(signal),
      t.tokens.current(signal),
    ])
    const asked = t.upstream.requestsOf('token')
    expect(asked).toHaveLength(1)
    expect(asked[0]?.headers).toMatchObject({ 'x-client-id': 'client-1' })
    expect(asked[0]?.headers).not.toHaveProperty('authorization')
    expect(await t.tokens.userId()).toBe('anon_1')
  })

  it('tells the user id with the state', async () => {
    await using t = await setup()
    const session = await t.client.createSession({ language: null }, { signal })
    expect(await t.client.state(session, { signal })).toEqual({ draft: null, userId: 'anon_1' })
  })

  it('is renewed once where it is refused, and the call repeated', async () => {
    await using t = await setup()
    t.upstream.refuseOnce('credits', 200, EXPIRED)
    await t.client.credits({ signal })
    expect(t.sentTokens()).toEqual(['Bearer nmv_usr_1', 'Bearer nmv_usr_2'])
  })

  it('is renewed once for a message too: the refusal is proof that it was not applied', async () => {
    await using t = await setup()
    const session = await t.client.createSession({ language: null }, { signal })
    t.upstream.refuseOnce('message', 401, EXPIRED)
    await t.client.sendMessage(session, 'cut', { signal })
    expect(t.upstream.messages).toEqual(['cut', 'cut'])
    expect(t.upstream.world.available).toBe(950)
  })

  it('stays where it was refused and no other is given: one false refusal must not lock us out for a week', async () => {
    await using t = await setup()
    await t.client.credits({ signal })
    t.upstream.on('token', (_request, response) => sendJson(response, 429, { code: 429, message: 'one in 7 days' }))
    t.upstream.refuseOnce('credits', 200, EXPIRED)
    await expect(t.client.credits({ signal })).rejects.toMatchObject({ kind: 'auth' })
    await t.client.credits({ signal })
    expect(t.sentTokens()).toEqual(Array(3).fill('Bearer nmv_usr_1'))
  })

  it('is asked for again after a refusal, also where the first asking brought no answer', async () => {
    await using t = await setup()
    await t.client.credits({ signal })
    t.upstream.refuseOnce('credits', 200, EXPIRED)
    t.upstream.refuseOnce('token', 503, {})
    await expect(t.client.credits({ signal })).rejects.toMatchObject({ kind: 'unavailable', delivery: 'not_sent' })
    await t.client.credits({ signal })
    expect(t.sentTokens()).toEqual(['Bearer nmv_usr_1', 'Bearer nmv_usr_1', 'Bearer nmv_usr_2'])
  })

  it('is never renewed in a loop', async () => {
    await using t = await setup()
    t.upstream.on('credits', (_request, response) => sendJson(response, 401, EXPIRED))
    await expect(t.client.credits({ signal })).rejects.toMatchObject({ kind: 'auth' })
    expect(t.upstream.requestsOf('credits')).toHaveLength(2)
    expect(t.upstream.requestsOf('token')).toHaveLength(2)
  })

  it('is not renewed twice where several calls met the same old one', async () => {
    await using t = await setup()
    const old = await t.tokens.current(signal)
    await t.tokens.rejected(old)
    const renewed = await t.tokens.current(signal)
    await t.other.rejected(old)
    expect(await t.other.current(signal)).toBe(renewed)
    expect(t.upstream.requestsOf('token')).toHaveLength(2)
  })

  it('is renewed after its seven days', async () => {
    await using t = await setup()
    expect(await t.tokens.current(signal)).toBe('nmv_usr_1')
    await t.clock.advance(7 * DAY_MS - 1)
    expect(await t.tokens.current(signal)).toBe('nmv_usr_1')
    await t.clock.advance(1)
    expect(await t.tokens.current(signal)).toBe('nmv_usr_2')
  })

  it('obeys the expiry that was told', async () => {
    await using t = await setup()
    const soon = new Date(t.clock.now() + 1000).toISOString()
    t.upstream.refuseOnce('token', 200, { code: 0, data: { token: 'short', expires_at: soon } })
    expect(await t.tokens.current(signal)).toBe('short')
    await t.clock.advance(1000)
    expect(await t.tokens.current(signal)).toBe('nmv_usr_1')
  })

  it.each([
    [{}, 30_000],
    [{ 'retry-after': '5' }, 5000],
  ])('tells a 429 with the wait (%j)', async (headers, waitMs) => {
    await using t = await setup()
    t.upstream.refuseOnce('token', 429, {}, headers)
    await expect(t.tokens.current(signal)).rejects.toMatchObject({ kind: 'rate_limited', retryAfterMs: waitMs })
  })

  it('leaves a message unsent where it can not be had', async () => {
    await using t = await setup()
    t.upstream.refuseOnce('token', 500, {})
    const session = { taskId: 't', sessionId: '1' }
    const sending = t.client.sendMessage(session, 'cut', { signal })
    await expect(sending).rejects.toMatchObject({ kind: 'unavailable', delivery: 'not_sent' })
    expect(t.upstream.messages).toEqual([])
  })

  it('is refused to all where the client id is, which is for an operator to mend', async () => {
    await using t = await setup()
    t.upstream.refuseOnce('token', 400, { code: 400, message: 'X-Client-Id is too long' })
    await expect(t.client.credits({ signal })).rejects.toMatchObject({ kind: 'auth', delivery: 'not_sent' })
  })
})

describe('a configured token', () => {
  it('is not renewed: the operator must replace it', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using client = clientOf(upstream.url)
    upstream.on('credits', (_request, response) => sendJson(response, 401, EXPIRED))
    await expect(client.credits({ signal })).rejects.toMatchObject({ kind: 'auth', words: { code: 1001 } })
    expect(upstream.requests.map(({ route }) => route)).toEqual(['credits'])
  })
})
