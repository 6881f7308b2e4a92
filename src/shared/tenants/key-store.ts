import type { Redis } from 'ioredis'
import { z } from 'zod'
import { sha256Hex } from '../crypto/hashing.ts'
import { TenantId } from '../jobs/ids.ts'
import type { Keys } from '../redis/keys.ts'
import { SCOPES, type Scope } from './scopes.ts'

const StoredKey = z.object({
  tenant: TenantId,
  name: z.string(),
  scopes: z
    .string()
    .transform((text) => text.split(' '))
    .pipe(z.array(z.enum(SCOPES))),
})

/** Whose a key is and what it may do. */
export interface ApiKey {
  tenant: TenantId
  name: string
  scopes: Scope[]
}

/** Finds API keys. Only their SHA-256 is kept, so nothing here can give a key away. */
export class KeyStore {
  readonly #redis: Redis
  readonly #keys: Keys

  constructor(deps: { redis: Redis; keys: Keys }) {
    this.#redis = deps.redis
    this.#keys = deps.keys
  }

  /** @returns null for a key that is none of ours (any more). */
  async find(key: string): Promise<ApiKey | null> {
    const hash = await this.#redis.hgetall(this.#keys.apiKey(sha256Hex(key)))
    return hash['tenant'] ? StoredKey.parse(hash) : null
  }
}
