import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/cli/audit/audit.ts'
import { FAULT_KINDS } from '../../src/cli/audit/faults.ts'
import { FIRST_TENANT, newEventId, newJobId, newSessionId, TenantId } from '../../src/shared/jobs/ids.ts'
import { jobFile } from '../../src/shared/jobs/report.ts'
import { DAY_MS, HOUR_MS } from '../../src/shared/time/clock.ts'
import { expireFinished } from '../../src/workers/upkeep/expire-finished.ts'
import { EventGroup } from '../../src/workers/webhooks/event-group.ts'
import { fanOut } from '../../src/workers/webhooks/fan-out.ts'
import { setupWorkers } from '../support/workers.ts'
import { upkeepWorld } from '../workers/upkeep/upkeep-world.ts'

type World = Awaited<ReturnType<typeof upkeepWorld>>
type Subject = Awaited<ReturnType<World['ended']>>

const TO_HOOK = {
  request: { webhook: { url: 'https://receiver.example/', events: ['job.succeeded' as const] }, external_id: 'row-17' },
}
const OTHER = TenantId.parse('ten_00000000000000000000000002')

/** Jobs in every state, deliveries planned, one session with a line of two. */
async function aBusyCell() {
  const t = await upkeepWorld()
  const ended = await t.ended(TO_HOOK)
  const queued = await t.accept()
  const session = newSessionId()
  await t.accept({ session })
  const inLine = await t.accept({ session })
  const later = new Date(t.clock.now() + HOUR_MS).toISOString()
  const scheduled = await t.accept({ request: { run_at: later, start_by: later } })
  await t.ended({}, { status: 'failed' })
  const group = new EventGroup({ redis: t.redis, blocking: t.redis, keys: t.keys, consumer: 'test', heldMs: 30_000 })
  await group.create()
  await fanOut({ ...t, group }, await group.read(1))
  return Object.assign(t, { done: ended, queued, inLine, scheduled, group })
}
type Cell = Awaited<ReturnType<typeof aBusyCell>>

const found = async (t: World, more: { now?: number; youngMs?: number } = {}) => {
  const { faults } = await audit({ ...t, now: t.clock.now(), ...more })
  return faults.map(({ kind }) => kind)
}

it('finds no fault in a cell at work, and says what it looked at', async () => {
  await using t = await aBusyCell()
  const { looked, faults } = await audit({ ...t, now: t.clock.now() })

  expect(faults).toEqual([])
  expect(looked).toMatchObject({ jobs: 6, sessions: 5, events: 10, deliveries: 1, outputs: 1, 'owners of files': 6 })
})

it('finds no fault while real workers carry jobs, nor when they are done', async () => {
  await using t = await setupWorkers()
  const ids = await Promise.all(Array.from({ length: 20 }, () => t.submit()))
  const namespace = t.keys.bullmq().split(':')[0]!

  const during = await audit({ ...t, namespace })
  await Promise.all(ids.map((id) => t.moves.reached('succeeded', id)))
  const after = await audit({ ...t, namespace, youngMs: 0 })

  expect(during.faults).toEqual([])
  expect(after.faults).toEqual([])
  expect(after.looked).toMatchObject({ jobs: 20, outputs: 20 })
})

it('finds no fault after upkeep, whatever has expired', async () => {
  await using t = await aBusyCell()
  await t.clock.advance(31 * DAY_MS)
  expect(await found(t)).toEqual([])

  await expireFinished(t, { atMost: 100 })
  expect(await found(t)).toEqual([])
  expect((await audit(t)).looked.jobs).toBe(4)
})

const PLANTED: Record<keyof typeof FAULT_KINDS, [string, (t: Cell, job: Subject) => Promise<unknown>][]> = {
  unknown_key: [['a key of no known pattern', (t) => t.redis.set(`${t.keys.bullmq()}:stray`, '1')]],
  ownerless_key: [
    ['a list of a tenant who is gone', (t) => t.redis.set(t.keys.eventSequence(OTHER), '1')],
    ['a session whose jobs are gone', (t) => t.redis.hset(t.keys.session(newSessionId()), 'tenant', FIRST_TENANT)],
    ['a leg of a job that is gone', (t) => t.redis.hset(`${t.keys.bullmq()}:legs:${newJobId()}.1`, 'name', 'leg')],
    ['an API key of nobody', (t) => t.redis.hset(t.keys.apiKey('ab'), 'tenant', OTHER)],
  ],
  endless_key: [['a delivery without expiry', async (t) => t.redis.persist((await deliveryKeys(t))[0]!)]],
  unreadable_record: [
    ['a job with a field of another form', (t, { id }) => t.redis.hset(t.keys.job(id), 'inputs', '{}')],
    ['an event without a job', (t) => t.redis.xadd(t.keys.events(), '*', 'type', 'job.succeeded')],
  ],
  misplaced_job: [
    ['a queued job that is nowhere', (t) => t.redis.zrem(t.keys.ready(FIRST_TENANT), t.queued.id)],
    ['a queued job that sleeps', (t) => moveTo(t, t.queued.id, t.keys.wake())],
    ['a job in two places', (t) => t.redis.zadd(t.keys.leases(), 1, t.queued.id)],
    ['an ended job that would be woken', (t, { id }) => t.redis.zadd(t.keys.wake(), 1, id)],
    ['a scheduled job that nothing wakes', (t) => t.redis.zrem(t.keys.wake(), t.scheduled.id)],
  ],
  missing_from_list: [
    ['a job that its tenant does not list', (t, { id }) => t.redis.zrem(t.keys.tenantJobs(FIRST_TENANT), id)],
    ['an ended job that never expires', (t, { id }) => t.redis.zrem(t.keys.expiring(), id)],
    ['a job whose session is gone', (t, { session }) => t.redis.del(t.keys.session(session))],
    ['ready jobs whose tenant gets no turn', (t) => t.redis.del(t.keys.readyTenants())],
    ['a delivery that its job does not list', (t, { id }) => t.redis.del(t.keys.jobDeliveries(id))],
    ['a delivery that waits in no lane', async (t) => t.redis.del(...(await laneKeys(t)))],
    ['a lane that gets no turn', (t) => t.redis.del(t.keys.deliveryLanes())],
  ],
  stale_member: [
    ['a job listed that is gone', (t) => t.redis.zadd(t.keys.tenantJobs(FIRST_TENANT), 1, newJobId())],
    ['a lease of a job that is gone', (t) => t.redis.zadd(t.keys.leases(), 1, newJobId())],
    ['a job under a state that it left', (t, { id }) => t.redis.zadd(byStatus(t, 'queued'), 1, id)],
    ['another session’s job', (t) => t.redis.zadd(t.keys.sessionJobs(t.inLine.session), 1, t.queued.id)],
    ['an ended job that has a deadline', (t, { id }) => t.redis.zadd(t.keys.deadlines(), 1, id)],
    ['a delivery listed that is gone', (t, { id }) => t.redis.zadd(t.keys.jobDeliveries(id), Date.now(), 'dlv_gone')],
  ],
  missing_output: [
    ['a video that is gone', (t, { id }) => t.storage.removeOwner(id)],
    ['a video of another size', (t, { id }) => t.storage.write(jobFile.output(id), Readable.from([Buffer.from('a')]))],
  ],
  wrong_final_event: [
    ['an end told twice', (t, job) => tell(t, job.id, 'job.succeeded')],
    ['another end told', (t, job) => tell(t, job.id, 'job.failed')],
    ['an end told of a job that goes on', (t) => tell(t, t.queued.id, 'job.failed')],
    ['an end that was never told', (t) => forgetLastEvents(t)],
  ],
  missing_delivery: [['an event that was never planned', async (t) => forgetDelivery(t)]],
  ownerless_files: [
    ['a folder of no job', (t) => t.storage.write(`${newJobId()}/x`, Readable.from([Buffer.from('x')]))],
  ],
}

describe.each(Object.entries(PLANTED))('%s', (kind, cases) => {
  it.each(cases)('%s', async (_name, plant) => {
    await using t = await aBusyCell()
    await plant(t, t.done)
    expect(new Set(await found(t, { youngMs: -HOUR_MS }))).toContain(kind)
  })
})

it('leaves files alone that may belong to a job which is being accepted', async () => {
  await using t = await aBusyCell()
  await t.storage.write(`${newJobId()}/input-0`, Readable.from([Buffer.from('clip')]))

  expect(await found(t)).toEqual([])
  expect(await found(t, { now: t.clock.now() + 2 * DAY_MS })).toEqual(['ownerless_files'])
})

it('takes an event that the fan-out has not come to for no fault', async () => {
  await using t = await aBusyCell()
  await t.ended(TO_HOOK)
  expect(await found(t)).toEqual([])

  const held = await t.group.read(1)
  expect(await found(t)).toEqual([])
  await t.group.acknowledge(held.map(([id]) => id))
  expect(await found(t)).toEqual(['missing_delivery'])
})

const byStatus = (t: World, status: 'queued') => t.keys.tenantJobsByStatus(FIRST_TENANT, status)
const deliveryKeys = (t: World) => t.redis.keys(`${t.keys.delivery('')}*`)
const laneKeys = (t: World) => t.redis.keys(`${t.keys.deliveryLane('')}*`)

async function moveTo(t: World, id: string, place: string) {
  await t.redis.zrem(t.keys.ready(FIRST_TENANT), id)
  await t.redis.zadd(place, 1, id)
}

async function tell(t: World, job: string, type: string) {
  const fields = {
    id: newEventId(),
    type,
    at: '2026-01-01T00:00:00.000Z',
    sequence: '9',
    tenant: FIRST_TENANT,
    job,
    data: '{}',
  }
  await t.redis.xadd(t.keys.events(), '*', ...Object.entries(fields).flat())
}

/** As a log would be that was written anew, not cut off by age. */
async function forgetLastEvents(t: World) {
  const entries = await t.redis.xrange(t.keys.events(), '-', '+')
  await t.redis.del(t.keys.events())
  for (const [, fields] of entries)
    if (!fields.includes('job.succeeded')) await t.redis.xadd(t.keys.events(), '*', ...fields)
}

async function forgetDelivery(t: World) {
  const [delivery] = await deliveryKeys(t)
  const lists = [t.keys.jobDeliveries((t as Cell).done.id), t.keys.tenantDeliveries(FIRST_TENANT)]
  const pending = t.keys.tenantDeliveriesByStatus(FIRST_TENANT, 'pending')
  await t.redis.del(delivery!, ...lists, pending, t.keys.deliveryLanes(), ...(await laneKeys(t)))
}
