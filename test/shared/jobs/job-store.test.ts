import { describe, expect, it } from 'vitest'
import { acceptJob, type NewJob } from '../../../src/shared/jobs/accept-job.ts'
import { newSessionId } from '../../../src/shared/jobs/ids.ts'
import { holderOf, JobStore, type Holder } from '../../../src/shared/jobs/job-store.ts'
import { listJobs } from '../../../src/shared/jobs/list-jobs.ts'
import { createKeys } from '../../../src/shared/redis/keys.ts'
import { Script } from '../../../src/shared/redis/script.ts'
import { systemClock } from '../../../src/shared/time/clock.ts'
import { reclaimLeases } from '../../../src/workers/upkeep/reclaim-leases.ts'
import { aNewJob } from '../../support/a-job.ts'
import { testRedis } from '../../support/test-redis.ts'

const LEASE_JOBS = new Script('lease-jobs')
const EXPIRES = '2026-12-01T00:00:00.000Z'

async function setup() {
  const shared = await testRedis()
  const { redis } = shared
  const keys = createKeys(shared.namespace)
  const jobs = new JobStore({ redis, keys, clock: systemClock, leaseMs: 30_000 })
  return {
    redis,
    keys,
    jobs,
    async accept(wanted: Parameters<typeof aNewJob>[0] = {}): Promise<NewJob> {
      const job = aNewJob(wanted)
      await acceptJob({ redis, keys, now: Date.now() }, job)
      return job
    },
    /** Leases up to so many jobs; id and epoch of each. */
    async lease(most = 10, leaseMs = 30_000): Promise<[string, number][]> {
      const names = [keys.wake(), keys.readyTenants(), keys.leases()]
      const prefixes = [keys.job(''), keys.ready(''), keys.sessionLine('')]
      const reply = (await LEASE_JOBS.run(redis, names, [most, leaseMs, ...prefixes])) as [number, number, ...string[]]
      const [, , ...leased] = reply
      return leased.flatMap((id, i) => (i % 2 === 0 ? [[id, Number(leased[i + 1])] as [string, number]] : []))
    },
    async begin(job: NewJob, epoch: number): Promise<Holder> {
      const record = (await jobs.find(job.id))!
      const holder = holderOf(record, epoch)
      expect(await jobs.begin(holder, record)).toMatchObject({ kind: 'moved' })
      return holder
    },
    [Symbol.asyncDispose]: () => shared[Symbol.asyncDispose](),
  }
}

describe('accepting', () => {
  it('writes record, indexes, place in the queue and event in one step', async () => {
    await using t = await setup()
    const job = await t.accept({ request: { external_id: 'row-17' } })

    expect(await t.jobs.find(job.id)).toMatchObject({ ...job, status: 'queued', attempt: 1, order: 1 })
    for (const filter of [null, { status: 'queued' as const }, { sessionId: job.session }, { externalId: 'row-17' }]) {
      const page = await listJobs(t, { tenant: job.tenant, filter, limit: 10, below: null })
      expect(page.jobs.map(({ id }) => id)).toEqual([job.id])
    }
    expect(await t.lease()).toEqual([[job.id, 1]])
    expect(await t.redis.xlen(t.keys.events())).toBe(1)
  })

  it('does not write a job twice', async () => {
    await using t = await setup()
    const job = await t.accept()
    await expect(acceptJob({ redis: t.redis, keys: t.keys, now: Date.now() }, job)).rejects.toThrow('accepted before')
    expect(await t.redis.xlen(t.keys.events())).toBe(1)
  })

  it('keeps a scheduled job asleep until its time', async () => {
    await using t = await setup()
    const job = await t.accept({ request: { run_at: new Date(Date.now() + 60_000).toISOString() } })
    expect(await t.jobs.find(job.id)).toMatchObject({ status: 'waiting', waiting: { reason: 'scheduled' } })
    expect(await t.lease()).toEqual([])

    await t.redis.zadd(t.keys.wake(), 1, job.id)
    expect(await t.lease()).toEqual([[job.id, 1]])
  })
})

describe('who goes next', () => {
  it('is priority first, then order of acceptance', async () => {
    await using t = await setup()
    const low = await t.accept({ request: { priority: 'low' } })
    const first = await t.accept()
    const second = await t.accept()
    const high = await t.accept({ request: { priority: 'high' } })
    const turns = (await t.lease()).map(([id]) => id)
    expect(turns).toEqual([high.id, first.id, second.id, low.id])
  })

  it('is a turn for each tenant, however many jobs another has', async () => {
    await using t = await setup()
    const crowd = 'ten_0000000000000000000000000A' as NewJob['tenant']
    const single = 'ten_0000000000000000000000000B' as NewJob['tenant']
    for (let i = 0; i < 5; i++) await t.accept({ tenant: crowd })
    await t.lease(2)
    const late = await t.accept({ tenant: single })
    expect((await t.lease(1)).map(([id]) => id)).toEqual([late.id])
  })

  it('is only the first job of a session that has not ended', async () => {
    await using t = await setup()
    const session = newSessionId()
    const first = await t.accept({ session })
    const second = await t.accept({ session, request: { priority: 'high' } })
    expect((await t.lease()).map(([id]) => id)).toEqual([first.id])

    const holder = await t.begin(first, 1)
    await t.jobs.finish(holder, 'succeeded', { error: null, expires_at: EXPIRES })
    expect((await t.lease()).map(([id]) => id)).toEqual([second.id])
  })
})

describe('a move', () => {
  it('is refused once another epoch holds the job, and writes nothing', async () => {
    await using t = await setup()
    const job = await t.accept()
    await t.lease()
    const stale = await t.begin(job, 1)
    await reclaimLeases(t, 'all')

    const refused = { kind: 'refused', why: 'epoch' }
    expect(await t.jobs.save(stale, { progress: 0.5 })).toMatchObject(refused)
    expect(await t.jobs.finish(stale, 'failed', { error: null, expires_at: EXPIRES })).toMatchObject(refused)
    expect(await t.jobs.renew(stale)).toBe('lost')
    expect(await t.jobs.find(job.id)).toMatchObject({ progress: 0, status: 'running' })
  })

  it('lets a leg that is delivered twice begin once', async () => {
    await using t = await setup()
    const job = await t.accept()
    await t.lease()
    const holder = await t.begin(job, 1)
    const record = (await t.jobs.find(job.id))!
    expect(await t.jobs.begin(holder, record)).toEqual({ kind: 'refused', why: 'begun', found: 'running' })
  })

  it('never leaves a final state', async () => {
    await using t = await setup()
    const job = await t.accept()
    await t.lease()
    const holder = await t.begin(job, 1)
    await t.jobs.finish(holder, 'canceled', { error: null, expires_at: EXPIRES })
    const events = await t.redis.xlen(t.keys.events())

    expect(await t.jobs.finish(holder, 'succeeded', { error: null, expires_at: EXPIRES })).toMatchObject({
      why: 'state',
    })
    expect(await t.redis.xlen(t.keys.events())).toBe(events)
  })

  it('numbers the events of a tenant without a gap', async () => {
    await using t = await setup()
    const job = await t.accept()
    await t.lease()
    const holder = await t.begin(job, 1)
    await t.jobs.save(holder, { stage: 'edit' }, { type: 'job.stage' })
    await t.jobs.finish(holder, 'succeeded', { error: null, expires_at: EXPIRES })
    const entries = await t.redis.xrange(t.keys.events(), '-', '+')
    const sequences = entries.map(([, fields]) => fields[fields.indexOf('sequence') + 1])
    expect(sequences).toEqual(['1', '2', '3', '4'])
  })

  it('keeps the lists by status right', async () => {
    await using t = await setup()
    const job = await t.accept()
    await t.lease()
    await t.begin(job, 1)
    const listed = async (status: 'queued' | 'running') =>
      (await listJobs(t, { tenant: job.tenant, filter: { status }, limit: 10, below: null })).jobs.length
    expect([await listed('queued'), await listed('running')]).toEqual([0, 1])
  })
})

describe('a lease', () => {
  it('that ran out makes its job ready for another, and only that one', async () => {
    await using t = await setup()
    const [dead, alive] = [await t.accept(), await t.accept()]
    await t.lease()
    await t.begin(alive, 1)
    await t.redis.zadd(t.keys.leases(), 1, dead.id)

    expect(await reclaimLeases(t, 'expired')).toEqual([dead.id])
    expect((await t.lease()).map(([id]) => id)).toEqual([dead.id])
  })
})

it('pages through jobs without a gap or a double while new ones arrive', async () => {
  await using t = await setup()
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.unshift((await t.accept()).id)
  const { tenant } = aNewJob()

  const first = await listJobs(t, { tenant, filter: null, limit: 2, below: null })
  await t.accept()
  const second = await listJobs(t, { tenant, filter: null, limit: 2, below: first.next })
  const third = await listJobs(t, { tenant, filter: null, limit: 2, below: second.next })
  expect([...first.jobs, ...second.jobs, ...third.jobs].map(({ id }) => id)).toEqual(ids)
  expect(third.next).toBeNull()
})
