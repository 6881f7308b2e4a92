import { expect, it } from 'vitest'
import type { EventEntry } from '../../../src/shared/events/event-entry.ts'
import { FIRST_TENANT, newEventId, newJobId } from '../../../src/shared/jobs/ids.ts'
import { createKeys } from '../../../src/shared/redis/keys.ts'
import { DAY_MS } from '../../../src/shared/time/clock.ts'
import { DeliveryStore, type Capacity } from '../../../src/shared/webhooks/delivery-store.ts'
import { deliveryIdOf, laneOf } from '../../../src/shared/webhooks/destinations.ts'
import { testRedis } from '../../support/test-redis.ts'

const ROOM: Capacity = { atMost: 100, perLane: 4, perGroup: 16, lanes: {}, groups: {} }
const tried = { at: '2026-01-01T00:00:00.000Z', ms: 3, status: 500, error: 'HTTP 500' }

async function setup() {
  const resources = await testRedis()
  const { redis, namespace } = resources
  const keys = createKeys(namespace)
  const storeWith = (leaseMs: number) =>
    new DeliveryStore({ redis, keys, leaseMs, parkMs: 60_000, retentionMs: DAY_MS })
  const store = storeWith(30_000)
  return {
    redis,
    keys,
    store,
    storeWith,
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),

    async add(url: string, event: Partial<EventEntry> = {}) {
      const whole: EventEntry = {
        id: newEventId(),
        type: 'job.succeeded',
        at: '2026-01-01T00:00:00.000Z',
        sequence: 1,
        tenant: FIRST_TENANT,
        job: newJobId(),
        data: { status: 'succeeded' },
        ...event,
      }
      const added = await store.add(whole, { endpointId: null, url }, '2026-01-01T00:00:00.000Z')
      return { added, event: whole, id: deliveryIdOf(whole.id, { endpointId: null, url }) }
    },
  }
}

it('plans the same event for the same URL once, whatever has become of it', async () => {
  await using t = await setup()
  const { event, id } = await t.add('https://a.example/')
  const [taken] = (await t.store.take(ROOM)).taken
  await t.store.endTry((await t.store.find(id))!, taken!.leaseEnd, { status: 'pending', waitMs: 60_000, tried })

  expect((await t.add('https://a.example/', event)).added).toBe(false)
  expect((await t.store.find(id))!.tries).toEqual([tried])
  expect((await t.store.take(ROOM)).taken).toEqual([])
})

it('gives what a dead worker had taken to the next when its lease ends', async () => {
  await using t = await setup()
  const brief = t.storeWith(1)
  const { id } = await t.add('https://a.example/')
  const [first] = (await brief.take(ROOM)).taken
  expect(first).toMatchObject({ id })

  let second = (await t.store.take(ROOM)).taken
  while (second.length === 0) second = (await t.store.take(ROOM)).taken

  const delivery = (await t.store.find(id))!
  expect(second).toMatchObject([{ id }])
  // The first one is slow, not dead: its failure is void now, a success would still count.
  const failure = { status: 'pending', waitMs: 0, tried } as const
  expect(await t.store.endTry(delivery, first!.leaseEnd, failure)).toBe(false)
  expect(await t.store.endTry(delivery, first!.leaseEnd, { status: 'succeeded', tried })).toBe(true)
  expect(await t.store.endTry(delivery, second[0]!.leaseEnd, failure)).toBe(false)
  expect(await t.store.find(id)).toMatchObject({ status: 'succeeded', tries: [tried], next_try_at: null })
})

it('takes no more of a lane and of a group of lanes than the caller has room for', async () => {
  await using t = await setup()
  for (let n = 0; n < 10; n += 1) for (const path of 'abc') await t.add(`https://a.example/${path}`)
  for (let n = 0; n < 3; n += 1) await t.add('https://b.example/')
  const busyLane = laneOf(FIRST_TENANT, 'https://a.example/a')

  const { taken } = await t.store.take({ ...ROOM, perGroup: 8, lanes: { [busyLane]: 3 }, groups: {} })
  const found = await Promise.all(taken.map(({ id }) => t.store.find(id)))
  const urls = found.map((delivery) => delivery!.url).sort()

  expect(urls.filter((url) => url === 'https://a.example/a')).toHaveLength(1)
  expect(urls.filter((url) => url.startsWith('https://a.example/'))).toHaveLength(8)
  expect(urls.filter((url) => url === 'https://b.example/')).toHaveLength(3)
})

it('lets a lane wait its turn again after each try, however old its backlog is', async () => {
  await using t = await setup()
  const old = await Promise.all(['1', '2', '3'].map(() => t.add('https://old.example/')))
  const [taken] = (await t.store.take({ ...ROOM, atMost: 1, perLane: 1 })).taken
  const { id: young } = await t.add('https://young.example/')

  const delivery = (await t.store.find(taken!.id))!
  await t.store.endTry(delivery, taken!.leaseEnd, { status: 'pending', waitMs: 60_000, tried })

  expect(old.map(({ id }) => id)).toContain(taken!.id)
  expect((await t.store.take({ ...ROOM, atMost: 1 })).taken).toMatchObject([{ id: young }])
})

it('sets the next try by the time of Redis, and says how long there is nothing to take', async () => {
  await using t = await setup()
  const { id } = await t.add('https://a.example/')
  const [taken] = (await t.store.take(ROOM)).taken
  await t.store.endTry((await t.store.find(id))!, taken!.leaseEnd, { status: 'pending', waitMs: 60_000, tried })

  const [seconds] = await t.redis.time()
  const { next_try_at: nextTryAt, tries } = (await t.store.find(id))!
  expect(Date.parse(nextTryAt!) - Number(seconds) * 1_000).toSatisfy((ms: number) => ms > 58_000 && ms <= 61_000)
  expect(tries).toEqual([tried])
  expect((await t.store.take(ROOM)).idleMs).toSatisfy((ms: number) => ms > 58_000 && ms <= 60_000)
})

it('keeps the indexes in step and lets everything expire', async () => {
  await using t = await setup()
  const { id, event } = await t.add('https://a.example/')
  const [taken] = (await t.store.take(ROOM)).taken
  await t.store.endTry((await t.store.find(id))!, taken!.leaseEnd, { status: 'failed', tried })

  const { keys, redis } = t
  expect(await redis.zrange(keys.tenantDeliveriesByStatus(FIRST_TENANT, 'failed'), '0', '-1')).toEqual([id])
  expect(await redis.zrange(keys.tenantDeliveries(FIRST_TENANT), '0', '-1')).toEqual([id])
  expect(await redis.zrange(keys.jobDeliveries(event.job), '0', '-1')).toEqual([id])
  expect(await redis.exists(keys.deliveryLanes(), keys.tenantDeliveriesByStatus(FIRST_TENANT, 'pending'))).toBe(0)
  const left = await redis.scan('0', 'MATCH', `${keys.bullmq()}:*`, 'COUNT', '10000')
  for (const key of left[1]) expect(await redis.pttl(key), key).toBeGreaterThan(0)
  expect(await t.store.take(ROOM)).toEqual({ taken: [], idleMs: null })
})

it('forgets the place of a delivery that has expired', async () => {
  await using t = await setup()
  const { id } = await t.add('https://a.example/')
  await t.redis.del(t.keys.delivery(id))

  expect(await t.store.take(ROOM)).toEqual({ taken: [], idleMs: null })
})
