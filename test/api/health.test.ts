import { expect, it, vi } from 'vitest'
import { StorageError } from '../../src/shared/storage/storage.ts'
import { testApi } from './support/test-api.ts'

it('is alive and ready', async () => {
  await using t = await testApi()

  expect((await t.app.inject('/healthz')).json()).toEqual({ status: 'ok' })
  const ready = await t.app.inject('/readyz')
  expect([ready.statusCode, ready.json()]).toEqual([
    200,
    { status: 'ready', checks: { redis: { ok: true, detail: null }, storage: { ok: true, detail: null } } },
  ])
})

it('is not ready while storage fails, and says why; it still lives', async () => {
  await using t = await testApi()
  t.deps.storage.check = () => Promise.reject(new StorageError('storage failed: ENOSPC, no space left'))

  const reply = await t.app.inject('/readyz')

  expect(reply.statusCode).toBe(503)
  expect(reply.json().checks).toMatchObject({
    redis: { ok: true },
    storage: { ok: false, detail: expect.stringContaining('ENOSPC') },
  })
  expect((await t.app.inject('/healthz')).statusCode).toBe(200)
})

it('is not ready when Redis does not answer in time', async () => {
  await using t = await testApi()
  vi.spyOn(t.deps.redis, 'ping').mockReturnValue(new Promise(() => undefined))

  const waiting = t.app.inject('/readyz')
  await t.clock.sleeping(1)
  await t.clock.advance(2_000)
  const reply = await waiting

  expect([reply.statusCode, reply.json().checks.redis]).toEqual([
    503,
    { ok: false, detail: 'no answer within 2000 ms' },
  ])
})
