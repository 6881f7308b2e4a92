import type { Redis } from 'ioredis'

/** At once, not more: the audit shares Redis and disk with a service at work. */
const AT_ONCE = 100

/** Does something for each, so many at a time. */
export async function forEachOf<T>(items: Iterable<T>, act: (item: T) => Promise<void>): Promise<void> {
  let portion: T[] = []
  for (const item of items) {
    portion.push(item)
    if (portion.length < AT_ONCE) continue
    await Promise.all(portion.map(act))
    portion = []
  }
  await Promise.all(portion.map(act))
}

/** Every key of a namespace that is there from the beginning to the end. */
export async function* keysOf(redis: Redis, namespace: string): AsyncGenerator<string[]> {
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${namespace}:*`, 'COUNT', 1_000)
    yield keys
    cursor = next
  } while (cursor !== '0')
}

/** Every member of a sorted set with its score. */
export async function* membersOf(redis: Redis, key: string): AsyncGenerator<{ member: string; score: number }[]> {
  let cursor = '0'
  do {
    const [next, found] = await redis.zscan(key, cursor, 'COUNT', 1_000)
    yield found.flatMap((member, index) => (index % 2 === 0 ? [{ member, score: Number(found[index + 1]) }] : []))
    cursor = next
  } while (cursor !== '0')
}
