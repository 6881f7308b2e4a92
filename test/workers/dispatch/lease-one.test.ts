import { expect, it } from 'vitest'
import { newSessionId } from '../../../src/shared/jobs/ids.ts'
import { HOUR_MS } from '../../../src/shared/time/clock.ts'
import { leaseOne } from '../../../src/workers/dispatch/lease-one.ts'
import { setupWorkers } from '../../support/workers.ts'
import { upkeepWorld } from '../upkeep/upkeep-world.ts'

it('carries the one job to its end, and leaves all others where they are', async () => {
  await using t = await setupWorkers({ started: false })
  t.upstream.polls = [{ status: 'running', progress: 0.5 }, ...t.upstream.polls] // so that it sleeps in between
  const before = await t.submit()
  const id = await t.submit({ request: { priority: 'low' } })
  const after = await t.submit()

  const workers = await t.start({ only: (await t.jobs.find(id))! })
  await t.moves.reached('succeeded', id)
  await workers.close()

  expect(await t.events(before)).toEqual(['job.queued'])
  expect(await t.events(after)).toEqual(['job.queued'])
})

it('leases a job once, as a new epoch', async () => {
  await using t = await upkeepWorld()
  const job = await t.accept()

  expect(await leaseOne(t, job)).toEqual({ untilWakeMs: -1, legs: [{ jobId: job.id, epoch: 1 }] })
  expect(await leaseOne(t, job)).toEqual({ untilWakeMs: -1, legs: [] })
  expect(await t.redis.zcard(t.keys.leases())).toBe(1)
  expect(await t.redis.exists(t.keys.readyTenants(), t.keys.ready(job.tenant))).toBe(0)
})

it('waits for a sleeper, and wakes it only as the first of its session', async () => {
  await using t = await upkeepWorld()
  const session = newSessionId()
  const soon = new Date(t.clock.now() + HOUR_MS).toISOString()
  const first = await t.accept({ session })
  const second = await t.accept({ session, request: { run_at: soon } })

  const { untilWakeMs } = await leaseOne(t, second)
  expect(untilWakeMs).toBeGreaterThan(HOUR_MS - 60_000)

  await t.redis.zadd(t.keys.wake(), 1, second.id)
  expect((await leaseOne(t, second)).legs).toEqual([])
  expect(await t.redis.zscore(t.keys.wake(), second.id)).toBe('1') // still where the end of the first looks for it

  await t.redis.zrem(t.keys.sessionLine(session), first.id)
  expect((await leaseOne(t, second)).legs).toHaveLength(1)
  expect(await t.redis.exists(t.keys.wake())).toBe(0)
})
