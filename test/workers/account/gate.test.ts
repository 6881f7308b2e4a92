import { describe, expect, it } from 'vitest'
import { newJobId, type JobId } from '../../../src/shared/jobs/ids.ts'
import { createKeys } from '../../../src/shared/redis/keys.ts'
import { Gate, type Closing, type Entry } from '../../../src/workers/account/gate.ts'
import { testRedis } from '../../support/test-redis.ts'

const down = (more: Partial<Closing> = {}): Closing => ({
  reason: 'upstream_down',
  detail: 'no answer',
  helpUrl: null,
  after: 1,
  waitMs: { first: 1, longest: 1 },
  ...more,
})
const later = { waitMs: { first: 60_000, longest: 60_000 } }

async function setup() {
  const resources = new AsyncDisposableStack()
  const { redis, namespace } = resources.use(await testRedis())
  const keys = createKeys(namespace)
  const gate = new Gate({ redis, keys, account: 'test', scope: 'all' })
  const leased = async () => {
    const id = newJobId()
    await redis.zadd(keys.leases(), Date.now() + 30_000, id)
    return id
  }
  const close = async (closing: Closing, waits = true) => {
    const id = await leased()
    await gate.tell(id, { outcome: 'failed', closing, waits })
    return id
  }
  /** A job asleep at the gate, as it is between legs. */
  const sleep = async (id: JobId, wakesAt = Date.now() + 60_000) => {
    await redis.hset(keys.job(id), { status: 'waiting' })
    await redis.zrem(keys.leases(), id)
    await redis.zadd(keys.wake(), wakesAt, id)
    await gate.park(id)
  }
  const wakesIn = async (id: JobId) => Number(await redis.zscore(keys.wake(), id)) - Date.now()
  const enters = async (id: JobId, kind: Entry['kind']) => {
    let entry = await gate.enter(id)
    while (entry.kind !== kind) entry = await gate.enter(id)
    return entry
  }
  const disposed = { [Symbol.asyncDispose]: () => resources.disposeAsync() }
  return { redis, keys, gate, leased, close, sleep, wakesIn, enters, ...disposed }
}

describe('a gate', () => {
  it('closes after so many failures in a row, whoever failed, and not after as many between successes', async () => {
    await using t = await setup()
    const [one, other] = [await t.leased(), await t.leased()]
    const fail = (id: JobId) =>
      t.gate.tell(id, { outcome: 'failed', closing: down({ after: 3, ...later }), waits: true })
    await fail(one)
    await fail(other)
    expect(await t.gate.enter(one)).toEqual({ kind: 'open', failures: 2 })
    await t.gate.tell(one, { outcome: 'ok' })
    await fail(one)
    await fail(other)
    expect(await t.gate.enter(one)).toMatchObject({ kind: 'open' })
    expect(await fail(one)).toMatchObject({ kind: 'closed', closed: { reason: 'upstream_down', retryMs: 60_000 } })
    expect(await t.gate.enter(other)).toMatchObject({ kind: 'closed', closed: { detail: 'no answer' } })
  })

  it('lets one try at a time, and another when its worker died', async () => {
    await using t = await setup()
    const first = await t.close(down())
    const second = await t.leased()
    await t.enters(first, 'probe')
    expect(await t.gate.enter(second)).toMatchObject({ kind: 'closed' })
    expect(await t.gate.enter(first)).toMatchObject({ kind: 'probe' })

    await t.redis.zadd(t.keys.leases(), Date.now() - 1, first)
    expect(await t.gate.enter(second)).toMatchObject({ kind: 'probe' })
  })

  it('waits longer after each try in vain, up to the longest, and goes on from there if it closes again at once', async () => {
    await using t = await setup()
    const waitMs = { first: 4, longest: 20 }
    const id = await t.close(down({ waitMs }))
    const waits: number[] = []
    const failAgain = async () => {
      const verdict = await t.gate.tell(id, { outcome: 'failed', closing: down({ waitMs }), waits: true })
      waits.push('closed' in verdict ? verdict.closed.retryMs : -1)
    }
    for (let i = 0; i < 4; i++) {
      await t.enters(id, 'probe')
      await failAgain()
    }
    expect(waits).toEqual([8, 16, 20, 20])
    await t.enters(id, 'probe')
    expect(await t.gate.tell(id, { outcome: 'ok' })).toMatchObject({ kind: 'opened', reason: 'upstream_down' })
    await failAgain()
    expect(waits.at(-1)).toBe(20)
  })

  it('is opened by the probe alone, not by a call that was under way when it closed', async () => {
    await using t = await setup()
    const first = await t.close(down())
    expect(await t.gate.tell(await t.leased(), { outcome: 'ok' })).toEqual({ kind: 'same' })
    await t.enters(first, 'probe')
    expect(await t.gate.tell(first, { outcome: 'ok' })).toMatchObject({ kind: 'opened' })
  })

  it('lets who closed it come back when the wait is over, and everybody else sleep', async () => {
    await using t = await setup()
    const first = await t.close(down(later))
    const other = await t.leased()
    await t.gate.enter(other)
    await t.sleep(first)
    await t.sleep(other)
    expect(await t.wakesIn(first)).toBeLessThanOrEqual(60_000)
    expect(await t.wakesIn(other)).toBeGreaterThan(10 * 60_000)
  })

  it('has somebody else woken when nobody comes back to try', async () => {
    await using t = await setup()
    await t.close(down(), false)
    const [one, two] = [await t.leased(), await t.leased()]
    for (const id of [one, two]) {
      await t.redis.zadd(t.keys.parked('test', 'all'), 1, id)
      await t.sleep(id)
    }
    while ((await t.wakesIn(one)) > 0) expect(await t.gate.tend()).toBe(0)
    expect(await t.wakesIn(two)).toBeGreaterThan(10 * 60_000)
  })

  it('wakes all that are parked once it is open, a chunk a call, and nobody who sleeps for another cause', async () => {
    await using t = await setup()
    const first = await t.close(down(later))
    const parked = await Promise.all(Array.from({ length: 450 }, t.leased))
    for (const id of parked) await t.gate.enter(id)
    await Promise.all(parked.map((id) => t.sleep(id)))
    const [polling] = parked
    await t.redis.hset(t.keys.job(polling!), { status: 'running' })
    await t.redis.hset(t.keys.gate('test', 'all'), { retry_at: 0 })
    await t.enters(first, 'probe')
    await t.gate.tell(first, { outcome: 'ok' })

    const left = [await t.gate.tend(), await t.gate.tend(), await t.gate.tend()]
    expect(left).toEqual([251, 51, 0])
    expect(await t.wakesIn(polling!)).toBeGreaterThan(60_000)
    for (const id of parked.slice(1)) expect(await t.wakesIn(id)).toBeLessThanOrEqual(0)
  })

  it('wakes a job at once that goes to sleep after it has opened', async () => {
    await using t = await setup()
    const first = await t.close(down(later))
    const late = await t.leased()
    await t.gate.enter(late)
    await t.redis.hset(t.keys.gate('test', 'all'), { retry_at: 0 })
    await t.enters(first, 'probe')
    await t.gate.tell(first, { outcome: 'ok' })
    await t.gate.tend()
    await t.sleep(late)
    expect(await t.wakesIn(late)).toBeLessThanOrEqual(0)
  })
})
