import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { inject } from 'vitest'

/** A share of the run's Redis that nobody else uses. */
export interface TestRedis extends AsyncDisposable {
  redis: Redis
  /** For parts that connect by themselves. */
  url: string
  /** For `createKeys(namespace)`: every key of the test begins with it and a colon. */
  namespace: string
  /** The test's keys as they are now, sorted. */
  keys(): Promise<string[]>
}

/**
 * Gives a test its namespace on real Redis; its keys are gone after `await using`.
 * @param options.leavesNothing - fails the test if keys were left, naming them.
 */
export async function testRedis(options: { leavesNothing?: boolean } = {}): Promise<TestRedis> {
  const url = inject('redisUrl')
  const redis = new Redis(url, { maxRetriesPerRequest: null })
  const namespace = `test-${randomBytes(6).toString('hex')}`
  const keys = () => keysOf(redis, namespace)
  return {
    redis,
    url,
    namespace,
    keys,
    async [Symbol.asyncDispose]() {
      try {
        const left = await keys()
        if (left.length > 0) await redis.unlink(...left)
        if (options.leavesNothing && left.length > 0) throw new Error(`The test left keys: ${left.join(', ')}`)
      } finally {
        redis.disconnect()
      }
    },
  }
}

async function keysOf(redis: Redis, namespace: string): Promise<string[]> {
  const found = new Set<string>()
  for await (const batch of redis.scanStream({ match: `${namespace}:*`, count: 1_000 })) {
    for (const key of batch as string[]) found.add(key)
  }
  return [...found].sort()
}
