import { sha256Hex } from '../../../src/shared/crypto/hashing.ts'
import { TenantId } from '../../../src/shared/jobs/ids.ts'
import type { Scope } from '../../../src/shared/tenants/scopes.ts'
import { FIRST_TENANT } from '../../../src/shared/jobs/ids.ts'
import type { TestApi } from './test-api.ts'

export const OTHER_TENANT = TenantId.parse('ten_00000000000000000000000002')

/** Adds a key and gives the header that shows it. */
export async function withKey(t: TestApi, scopes: Scope[], tenant: TenantId = FIRST_TENANT) {
  const key = `cy_${tenant}_${scopes.join('_')}`
  await t.deps.redis.hset(t.keys.apiKey(sha256Hex(key)), { tenant, name: 'test', scopes: scopes.join(' ') })
  return { authorization: `Bearer ${key}` }
}
