import { describe, expect, it } from 'vitest'
import { CLIENT_ID, setupNemoWorkers } from '../../support/nemo-workers.ts'
import type { UpstreamRequest } from '../../support/upstream-world.ts'
import { sendJson } from '../../support/upstream-world.ts'

type Workers = Awaited<ReturnType<typeof setupNemoWorkers>>

const EXPIRED = { code: 1001, message: 'token expired' }
const API_CALLS = ['session', 'upload', 'credits', 'message', 'state', 'render', 'poll'] as const
const tokenOf = ({ headers }: UpstreamRequest) => headers.authorization

/** Calls that carry another token than this one are refused. */
function acceptOnly(t: Workers, token: string | null) {
  for (const route of API_CALLS) {
    t.upstream.on(route, (request, response) => {
      const isRight = tokenOf(request) === `Bearer ${token}`
      return isRight ? t.upstream.asUsual(request, response) : sendJson(response, 401, EXPIRED)
    })
  }
}

describe('an anonymous token', () => {
  it('is had once, and renewed once for all jobs that wait, with the same client id', async () => {
    await using t = await setupNemoWorkers({ token: 'anonymous', started: false })
    const ids = await Promise.all(Array.from({ length: 20 }, () => t.submit()))
    acceptOnly(t, 'nmv_usr_2')
    await t.start()
    for (const id of ids) await t.moves.reached('succeeded', id)

    const asked = t.upstream.requestsOf('token')
    expect(asked).toHaveLength(2)
    expect(asked.map(({ headers }) => headers['x-client-id'])).toEqual([CLIENT_ID, CLIENT_ID])
    expect(t.counts()).toMatchObject({ messages: 20, edits: 20, sessions: expect.any(Number) })
  })

  it.each(['upload', 'credits', 'state', 'message', 'render', 'poll'] as const)(
    'that expires before %s is renewed there, without a wait and without paying twice',
    async (route) => {
      await using t = await setupNemoWorkers({ token: 'anonymous' })
      t.upstream.once(route, (_request, response) => {
        acceptOnly(t, 'nmv_usr_2')
        sendJson(response, 200, EXPIRED)
      })
      const id = await t.submit()
      await t.moves.reached('succeeded', id)
      expect(await t.outcome(id)).toMatchObject({ waits: [], edits: 1, tokens: 2, sessions: 1, renderIds: 1 })
    },
  )

  it.each([
    [429, 'upstream_rate_limit'],
    [400, 'upstream_auth'],
    [403, 'upstream_auth'],
    [500, 'upstream_down'],
  ])('that is refused with %i lets jobs wait for %s, and nothing is sent without it', async (status, reason) => {
    await using t = await setupNemoWorkers({ token: 'anonymous' })
    t.upstream.refuseOnce('token', status, { code: status, message: 'no' })
    const id = await t.submit()
    await t.moves.reached('succeeded', id)
    expect(await t.outcome(id)).toMatchObject({ waits: [reason], edits: 1, tokens: 2 })
    expect((await t.jobs.find(id))?.attempt).toBe(1)
    expect(t.upstream.requests.slice(0, 2).map((request) => request.route)).toEqual(['token', 'token'])
  })
})

describe('a configured token', () => {
  it('that is refused lets all jobs wait, tells an operator in one line, and they go on when it is accepted', async () => {
    await using t = await setupNemoWorkers()
    acceptOnly(t, null)
    const ids = await Promise.all(Array.from({ length: 5 }, () => t.submit()))
    for (const id of ids) await t.moves.reached('waiting', id)
    expect((await t.jobs.find(ids[0]!))?.waiting).toMatchObject({
      reason: 'upstream_auth',
      detail: expect.stringContaining('NEMO_TOKEN'),
    })
    expect(t.counts()).toMatchObject({ messages: 0, tokens: 0 })

    acceptOnly(t, 'nmv_usr_configured')
    for (const id of ids) await t.moves.reached('succeeded', id)
    expect(t.log.lines.filter((line) => line.includes('NEMO_TOKEN'))).toHaveLength(1)
    expect(t.counts()).toMatchObject({ messages: 5, edits: 5 })
  })
})
