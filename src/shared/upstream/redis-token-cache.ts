import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { SealedBox } from '../crypto/sealed-box.ts'
import type { Keys } from '../redis/keys.ts'
import { Script } from '../redis/script.ts'
import { SECOND_MS, type Clock } from '../time/clock.ts'
import type { CachedToken, TokenCache } from './token-cache.ts'

const RELEASE_LOCK = new Script('release-lock')
const Cached = z.object({ token: z.string(), userId: z.string().nullable(), expiresAt: z.number().nullable() })

/** A holder that died gives the lock back by itself; one that lives has its answer sooner. */
const LOCK_MS = 90 * SECOND_MS
const LOOK_AGAIN_MS = 250

/** Keeps an account's anonymous token for all processes, sealed; one of them renews it. */
export function redisTokenCache(deps: {
  redis: Redis
  keys: Keys
  box: SealedBox
  account: string
  clock: Clock
}): TokenCache {
  const { redis, keys, box, account, clock } = deps
  const key = keys.upstreamToken(account)
  const lock = keys.upstreamTokenLock(account)
  const read = async (): Promise<CachedToken | null> => {
    const sealed = await redis.get(key)
    const text = sealed === null ? null : box.open(sealed)
    return text === null ? null : Cached.parse(JSON.parse(text))
  }
  return {
    read,
    write: async (token) => void (await redis.set(key, box.seal(JSON.stringify(token)))),
    // Under the lock or not, only the token that was refused is forgotten; a newer one stays.
    clear: async (token) => {
      if ((await read())?.token === token) await redis.del(key)
    },
    withRenewal: async (renew, signal) => {
      const holder = randomUUID()
      while ((await redis.set(lock, holder, 'PX', LOCK_MS, 'NX')) === null) await clock.sleep(LOOK_AGAIN_MS, { signal })
      try {
        return await renew()
      } finally {
        await RELEASE_LOCK.run(redis, [lock], [holder])
      }
    },
  }
}
