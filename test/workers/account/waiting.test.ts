import { describe, expect, it } from 'vitest'
import type { JobId } from '../../../src/shared/jobs/ids.ts'
import { UpstreamError } from '../../../src/shared/upstream/upstream-error.ts'
import { upstreamError } from '../../support/fake-upstream.ts'
import { LogSpy } from '../../support/log-spy.ts'
import { setupWorkers } from '../../support/workers.ts'

type Workers = Awaited<ReturnType<typeof setupWorkers>>

const some = (count: number, make: () => Promise<JobId>) => Promise.all(Array.from({ length: count }, make))
const all = (t: Workers, status: 'waiting' | 'succeeded', ids: JobId[]) =>
  Promise.all(ids.map((id) => t.moves.reached(status, id)))
const callsOf = (t: Workers, call: string) => t.upstream.calls.filter((made) => made === call).length
const credits = (available: number) => ({ available, frozen: 0, total: available })

describe('jobs without credits', () => {
  it('wait together for one read of the balance at a time, and go on by themselves', async () => {
    await using t = await setupWorkers({ settings: { creditsProbeMs: 100 } })
    t.upstream.balance = credits(40)
    const ids = await some(30, () => t.submit())
    await all(t, 'waiting', ids)
    // At most one for each leg that ran before the first had the answer, and what was probed meanwhile.
    const reads = callsOf(t, 'credits')
    expect(reads).toBeLessThan(30)
    for (const id of ids) {
      expect((await t.jobs.find(id))?.waiting).toMatchObject({
        reason: 'credits',
        detail: 'The upstream account has 40 credits; an edit costs about 50',
        since: expect.any(String),
        retry_at: expect.any(String),
        help_url: 'https://nemovideo.com',
      })
    }

    const before = t.upstream.calls.length
    t.upstream.running.most = 0
    await t.upstream.called(before + 4)
    expect(t.upstream.calls.slice(before, before + 4)).toEqual(Array.from({ length: 4 }, () => 'credits'))
    expect(t.upstream.running.most).toBe(1)
    expect(t.upstream.messages).toEqual([])

    t.upstream.balance = credits(10_000)
    await all(t, 'succeeded', ids)
    expect(t.upstream.messages).toHaveLength(30)
  })

  it('do not hold up jobs that cost nothing', async () => {
    await using t = await setupWorkers({ settings: { creditsProbeMs: 60_000 } })
    t.upstream.balance = credits(0)
    await t.moves.reached('waiting', await t.submit())
    const free = [await t.submit({ action: 'export' }), await t.submit({ action: 'credits', inputs: [] })]
    await all(t, 'succeeded', free)
    expect(await t.jobs.find(free[1]!)).toMatchObject({ checkpoint: { creditsBefore: { available: 0 } } })
  })

  it('are told where an anonymous account is registered', async () => {
    await using t = await setupWorkers({ over: () => ({ accountUserId: async () => 'anon_7&x' }) })
    t.upstream.balance = credits(0)
    const id = await t.submit()
    await t.moves.reached('waiting', id)
    expect((await t.jobs.find(id))?.waiting?.help_url).toBe('https://nemovideo.com/register?bind=anon_7%26x')
  })

  it('do not send again with the balance that a message was refused with', async () => {
    await using t = await setupWorkers({ settings: { creditsProbeMs: 30 } })
    t.upstream.balance = credits(60)
    t.upstream.failOnce('sendMessage', 'no_credits')
    const id = await t.submit()
    await t.moves.reached('waiting', id, 4)
    expect(t.upstream.messages).toHaveLength(1)

    t.upstream.balance = credits(61)
    await t.moves.reached('succeeded', id)
    expect(t.upstream.messages).toHaveLength(2)
    expect(await t.jobs.find(id)).toMatchObject({ attempt: 1, checkpoint: { sendings: 1 } })
  })
})

describe('a rate limit', () => {
  it('holds all jobs for as long as it lasts, then lets one go first', async () => {
    await using t = await setupWorkers()
    let limited = 3
    const refuse = async () => {
      if (limited-- > 0) throw limitedFor(150)
    }
    for (let i = 0; i < 3; i++) t.upstream.next('createSession', refuse)
    const first = await t.submit({ action: 'status', inputs: [] })
    await t.moves.reached('waiting', first)
    const others = await some(20, () => t.submit({ action: 'status', inputs: [] }))
    await all(t, 'waiting', others)
    const before = callsOf(t, 'createSession')
    expect(before).toBeLessThanOrEqual(2)
    expect((await t.jobs.find(others[0]!))?.waiting).toMatchObject({ reason: 'upstream_rate_limit' })

    // Twice more it is one alone that meets the limit.
    t.upstream.running.most = 0
    await t.upstream.called(3)
    expect(t.upstream.calls.slice(0, 3)).toEqual(['createSession', 'createSession', 'createSession'])
    expect(t.upstream.running.most).toBe(1)
    await all(t, 'succeeded', [first, ...others])
    expect((await t.jobs.find(first))?.attempt).toBe(1)
  })

  it('halves how many messages stream at once, and clean ones raise it again', async () => {
    await using t = await setupWorkers()
    const limit = async () => t.redis.hget(t.keys.messageLimit('test'), 'limit')
    t.upstream.failOnce('sendMessage', 'rate_limited')
    await t.moves.reached('succeeded', await t.submit())
    expect(await limit()).toBe('2')

    for (let i = 0; i < 8; i++) await t.moves.reached('succeeded', await t.submit())
    expect(await limit()).toBe('3')
  })
})

describe('a token that is refused', () => {
  it('is told to the operator once, however many jobs wait for another, and once more when it is good again', async () => {
    const log = new LogSpy()
    await using t = await setupWorkers({ over: () => ({ log: log.logger }) })
    t.upstream.outage = upstreamError('auth', 'refused', 401)
    const ids = await some(20, () => t.submit({ action: 'status', inputs: [] }))
    await all(t, 'waiting', ids)
    await t.upstream.called(t.upstream.calls.length + 3)
    expect((await t.jobs.find(ids[7]!))?.waiting).toMatchObject({
      reason: 'upstream_auth',
      help_url: 'https://nemovideo.com',
    })

    t.upstream.outage = null
    await all(t, 'succeeded', ids)
    const told = log.lines.filter((line) => line.includes('upstream_auth'))
    expect(told).toHaveLength(2)
    expect(told[0]).toContain('an operator must set NEMO_TOKEN')
    expect(told[1]).toContain('serves this account again')
  })
})

const limitedFor = (retryAfterMs: number) =>
  new UpstreamError('rate_limited', 'slow down', {
    delivery: 'refused',
    words: { status: 429, code: null, message: 'slow down' },
    retryAfterMs,
  })
