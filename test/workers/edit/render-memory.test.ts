import { describe, expect, it } from 'vitest'
import { createKeys } from '../../../src/shared/redis/keys.ts'
import { RedisRenderMemory } from '../../../src/workers/edit/poll-plan/redis-render-memory.ts'
import { MEMORY_RENDERS, MOST_SAVED, type SeenRender } from '../../../src/workers/edit/poll-plan/seen-render.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { testRedis } from '../../support/test-redis.ts'

const seen = (more: Partial<SeenRender> = {}): SeenRender => ({
  timelineMs: 20_000,
  afterMs: 48_000,
  byMs: 63_000,
  aboutMs: 55_500,
  looks: [[48_000, 0.8]],
  polls: 2,
  allowed: 2,
  price: 0.14,
  ...more,
})

async function setup() {
  const test = await testRedis()
  const keys = createKeys(test.namespace)
  const clock = new ManualClock()
  const memoryOf = (account = 'one') => new RedisRenderMemory({ redis: test.redis, keys, account, clock })
  return {
    redis: test.redis,
    keys,
    left: () => test.keys(),
    clock,
    memoryOf,
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}

describe('what was seen of renders', () => {
  it('is known to all workers of the account, newest first, and to no other account', async () => {
    await using t = await setup()
    await t.memoryOf().remember(seen({ byMs: 60_000 }), 0.5)
    await t.memoryOf().remember(seen({ byMs: 70_000 }), 1)
    expect(await t.memoryOf().load()).toEqual({ renders: [seen({ byMs: 70_000 }), seen({ byMs: 60_000 })], saved: 1.5 })
    expect(await t.memoryOf('another').load()).toEqual({ renders: [], saved: 0 })
  })

  it('stays small, and is forgotten a month after the last render', async () => {
    await using t = await setup()
    const memory = t.memoryOf()
    for (let i = 0; i < MEMORY_RENDERS + 5; i++) await memory.remember(seen(), 5)
    const { renders, saved } = await memory.load()
    expect(renders).toHaveLength(MEMORY_RENDERS)
    expect(saved).toBe(MOST_SAVED)
    for (const key of await t.left()) expect(await t.redis.pttl(key)).toBeGreaterThan(29 * 86_400_000)
  })

  it('holds no render that taught nothing, but the looks that it took', async () => {
    await using t = await setup()
    await t.memoryOf().remember(null, -2)
    expect(await t.memoryOf().load()).toEqual({ renders: [], saved: -2 })
  })

  it('is read at most once a second', async () => {
    await using t = await setup()
    const memory = t.memoryOf()
    const before = await memory.load()
    await t.memoryOf().remember(seen(), 0)
    expect(await memory.load()).toBe(before)
    await t.clock.advance(1_000)
    expect((await memory.load()).renders).toHaveLength(1)
  })

  it('leaves out entries of another form', async () => {
    await using t = await setup()
    await t.memoryOf().remember(seen(), 0)
    await t.redis.lpush(t.keys.seenRenders('one'), '{"old":1}', 'nonsense')
    expect((await t.memoryOf().load()).renders).toEqual([seen()])
  })
})
