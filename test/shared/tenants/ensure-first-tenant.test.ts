import { expect, it } from 'vitest'
import { Secret } from '../../../src/shared/config/secret.ts'
import { FIRST_TENANT } from '../../../src/shared/jobs/ids.ts'
import { createKeys } from '../../../src/shared/redis/keys.ts'
import { ensureFirstTenant } from '../../../src/shared/tenants/ensure-first-tenant.ts'
import { KeyStore } from '../../../src/shared/tenants/key-store.ts'
import { SCOPES } from '../../../src/shared/tenants/scopes.ts'
import { testRedis } from '../../support/test-redis.ts'

async function setup() {
  const t = await testRedis()
  const keys = createKeys(t.namespace)
  const ensure = (apiKey: string) => ensureFirstTenant({ redis: t.redis, keys, apiKey: new Secret(apiKey), now: 0 })
  const store = new KeyStore({ redis: t.redis, keys })
  return { ensure, store, t, [Symbol.asyncDispose]: () => t[Symbol.asyncDispose]() }
}

it("makes the setting's key one that may do everything", async () => {
  await using s = await setup()
  await s.ensure('the first key of all')

  expect(await s.store.find('the first key of all')).toEqual({ tenant: FIRST_TENANT, name: 'API_KEY', scopes: SCOPES })
  expect(await s.store.find('another key')).toBeNull()
})

it('closes the door to the key that the setting was before', async () => {
  await using s = await setup()
  await s.ensure('the first key of all')

  await s.ensure('the second key of all')

  expect(await s.store.find('the first key of all')).toBeNull()
  expect(await s.store.find('the second key of all')).not.toBeNull()
})

it('changes nothing when it is repeated, also from several processes at once', async () => {
  await using s = await setup()
  await Promise.all([s.ensure('the first key of all'), s.ensure('the first key of all')])

  expect(await s.t.keys()).toHaveLength(2)
})

it('keeps the key as a hash only', async () => {
  await using s = await setup()
  await s.ensure('the first key of all')

  const kept = await Promise.all((await s.t.keys()).map((key) => s.t.redis.hgetall(key)))
  expect(JSON.stringify([await s.t.keys(), kept])).not.toContain('the first key of all')
})
