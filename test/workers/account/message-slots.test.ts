import { describe, expect, it } from 'vitest'
import { FIRST_TENANT, TenantId, type JobId } from '../../../src/shared/jobs/ids.ts'
import { upstreamError } from '../../support/fake-upstream.ts'
import { setupWorkers } from '../../support/workers.ts'

const OTHER_TENANT = TenantId.parse('ten_00000000000000000000000002')

describe('messages at once', () => {
  it('are as many as there are slots, and the next job is called when one is free', async () => {
    await using t = await setupWorkers()
    let streaming = 0
    let most = 0
    const full = Promise.withResolvers<void>()
    for (let i = 0; i < 40; i++) {
      t.upstream.next('sendMessage', async () => {
        most = Math.max(most, ++streaming)
        if (streaming === 4) full.resolve()
        await full.promise
        streaming--
      })
    }
    const ids: JobId[] = []
    for (let i = 0; i < 40; i++) ids.push(await t.submit())
    await Promise.all(ids.map((id) => t.moves.reached('succeeded', id)))

    expect(most).toBe(4)
    // One leg to the line, one from it, one or two for the render: nobody came to look in vain.
    const epochs = await Promise.all(ids.map(async (id) => (await t.jobs.find(id))?.epoch ?? 0))
    expect(Math.max(...epochs)).toBeLessThanOrEqual(5)
    expect(await t.redis.zcard(t.keys.messageSlots('test'))).toBe(0)
    expect(await t.redis.zcard(t.keys.messageTurns('test'))).toBe(0)
  })

  it("go round the tenants: one's long line does not stand before another's one job", async () => {
    await using t = await setupWorkers({ over: () => ({ messageConcurrency: 1 }) })
    const lined = Promise.withResolvers<void>()
    t.upstream.next('sendMessage', () => lined.promise)
    const submit = (instruction: string, tenant?: TenantId) =>
      t.submit({ request: { instruction }, ...(tenant && { tenant }) })
    const ids = [await submit('first')]
    for (let i = 0; i < 8; i++) ids.push(await submit(`many ${i}`))
    ids.push(await submit('one', OTHER_TENANT))
    const inLine = async () =>
      (await t.redis.zcard(t.keys.messageLine('test', OTHER_TENANT))) === 1 &&
      (await t.redis.zcard(t.keys.messageTurns('test'))) === 2
    while (!(await inLine()));
    lined.resolve()
    await Promise.all(ids.map((id) => t.moves.reached('succeeded', id)))
    expect(t.upstream.messages.indexOf('one')).toBeLessThanOrEqual(3)
  })
})

describe('a job in line', () => {
  it('is stopped when it is called, before it is marked as sent, if the gate closed meanwhile', async () => {
    await using t = await setupWorkers({
      settings: { creditsProbeMs: 60_000 },
      over: () => ({ messageConcurrency: 1 }),
    })
    const refusing = Promise.withResolvers<void>()
    t.upstream.next('sendMessage', async () => {
      await refusing.promise
      throw upstreamError('no_credits', 'refused', 200)
    })
    const ids = [await t.submit(), await t.submit(), await t.submit()]
    while ((await t.redis.zcard(t.keys.messageLine('test', FIRST_TENANT))) < 2);
    refusing.resolve()
    await Promise.all(ids.map((id) => t.moves.reached('waiting', id)))

    expect(t.upstream.messages).toHaveLength(1)
    const jobs = await Promise.all(ids.map((id) => t.jobs.find(id)))
    expect(jobs.filter((job) => job?.checkpoint.sendings !== undefined)).toHaveLength(1)
    expect(jobs.map((job) => job?.waiting?.reason)).toEqual(['credits', 'credits', 'credits'])
    expect(await t.redis.zcard(t.keys.messageSlots('test'))).toBe(0)
  })
})

describe('a message whose outcome is unknown', () => {
  it('is neither lost nor repeated when it was the one that closed the gate', async () => {
    await using t = await setupWorkers({ settings: { retryMs: { first: 20, longest: 40 } } })
    const ids: JobId[] = []
    for (let i = 0; i < 4; i++) {
      t.upstream.dropNextStreamOf(`edit ${i}`)
      ids.push(await t.submit({ request: { instruction: `edit ${i}` } }))
    }
    const later = [await t.submit(), await t.submit()]
    await Promise.all([...ids, ...later].map((id) => t.moves.reached('succeeded', id)))

    expect(t.upstream.messages).toHaveLength(6)
    for (const id of ids) expect((await t.jobs.find(id))?.checkpoint.reply).toMatchObject({ recovered: true })
  })

  it('while messages are refused with faults, stops others before they send, and reads go on', async () => {
    await using t = await setupWorkers({ settings: { retryMs: { first: 60_000, longest: 60_000 } } })
    for (let i = 0; i < 3; i++) {
      t.upstream.next('sendMessage', () => {
        throw upstreamError('unavailable', 'not_sent', 503)
      })
      const id = await t.submit()
      await t.moves.reached('waiting', id)
    }
    const stopped = await t.submit()
    await t.moves.reached('waiting', stopped)
    expect(t.upstream.messages).toHaveLength(3)
    expect((await t.jobs.find(stopped))?.checkpoint).not.toHaveProperty('sentAt')
    await t.moves.reached('succeeded', await t.submit({ action: 'export' }))
  })
})
