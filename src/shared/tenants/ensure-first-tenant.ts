import type { Redis } from 'ioredis'
import type { Secret } from '../config/secret.ts'
import { sha256Hex } from '../crypto/hashing.ts'
import { FIRST_TENANT } from '../jobs/ids.ts'
import type { Keys } from '../redis/keys.ts'
import { Script } from '../redis/script.ts'
import { SCOPES } from './scopes.ts'

const ENSURE_TENANT = new Script('ensure-tenant')

/**
 * Writes the first tenant and its admin key, the setting `API_KEY`. When the setting has changed, the key that it was
 * before opens nothing any more. Safe to repeat, and from several processes at once.
 */
export async function ensureFirstTenant(deps: {
  redis: Redis
  keys: Keys
  apiKey: Secret
  now: number
}): Promise<void> {
  const { redis, keys, apiKey, now } = deps
  const sha = sha256Hex(apiKey.reveal())
  const command = {
    sha,
    apiKeys: keys.apiKey(''),
    tenant: { name: 'First tenant', created_at: new Date(now).toISOString() },
    key: { tenant: FIRST_TENANT, name: 'API_KEY', scopes: SCOPES.join(' '), created_at: new Date(now).toISOString() },
  }
  await ENSURE_TENANT.run(redis, [keys.tenant(FIRST_TENANT), keys.apiKey(sha)], [JSON.stringify(command)])
}
