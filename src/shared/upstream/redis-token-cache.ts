import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { SealedBox } from '../crypto/sealed-box.ts'
import type { Keys } from '../redis/keys.ts'
import { Script } from '../redis/script.ts'
import { SECOND_MS, type Clock } from '../time/clock.ts'
import type { CachedToken, TokenCache } from './token-cache.ts'

const RELEASE_LOCK = new Script('release-lock')
const REPLACE_VALUE = new Script('replace-value')
const Cached = z.object({
  token: z.string(),
  userId: z.string().nullable(),
  expiresAt: z.number().nullable(),
  refused: z.boolean().optional(),
})

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
  const sealed = (token: CachedToken) => box.seal(JSON.stringify(token))
  const opened = (text: string | null) => {
    const json = text === null ? null : box.open(text)
    return json === null ? null : Cached.parse(JSON.parse(json))
  }
  return {
    read: async () => opened(await redis.get(key)),
    write: async (token) => void (await redis.set(key, sealed(token))),
    // Under the lock or not, only the token that was refused is marked; a newer one stays.
    refuse: async (token) => {
      const found = await redis.get(key)
      const cached = opened(found)
      if (found === null || cached?.token !== token) return
      await REPLACE_VALUE.run(redis, [key], [found, sealed({ ...cached, refused: true })])
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
