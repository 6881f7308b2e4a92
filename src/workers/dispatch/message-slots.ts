import type { Redis } from 'ioredis'
import type { Keys } from '../../shared/redis/keys.ts'
import { Script } from '../../shared/redis/script.ts'

const TAKE_SLOT = new Script('take-slot')

/**
 * Messages that may stream at once per upstream account, over all workers. A slot is a lease that expires, so that a
 * dead worker's slot comes back by itself.
 */
export class MessageSlots {
  readonly #redis: Redis
  readonly #keys: Keys
  readonly #limits: { slots: number; leaseMs: number }

  constructor(deps: { redis: Redis; keys: Keys; slots: number; leaseMs: number }) {
    this.#redis = deps.redis
    this.#keys = deps.keys
    this.#limits = deps
  }

  /** @returns null when all are taken; else a slot that disposing gives back. */
  async take(account: string, holder: string): Promise<AsyncDisposable | null> {
    const key = this.#keys.messageSlots(account)
    const { slots, leaseMs } = this.#limits
    const taken = await TAKE_SLOT.run(this.#redis, [key], [holder, slots, leaseMs])
    if (taken !== 1) return null
    return { [Symbol.asyncDispose]: async () => void (await this.#redis.zrem(key, holder)) }
  }
}
