import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'

/** A Lua script of `redis/scripts/`, sent whole only to a server that does not know it yet. */
export class Script {
  readonly #lua: string
  readonly #sha: string

  constructor(name: string) {
    this.#lua = readFileSync(new URL(`scripts/${name}.lua`, import.meta.url), 'utf8')
    this.#sha = createHash('sha1').update(this.#lua).digest('hex')
  }

  /** The reply as Redis gave it; parse it at once. */
  async run(redis: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#sha, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return redis.eval(this.#lua, keys.length, ...keys, ...args)
    }
  }
}
