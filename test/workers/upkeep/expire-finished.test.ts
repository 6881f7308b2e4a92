import { describe, expect, it } from 'vitest'
import { forgetRecord } from '../../../src/shared/jobs/forget-job.ts'
import { FIRST_TENANT, newSessionId } from '../../../src/shared/jobs/ids.ts'
import { DAY_MS, HOUR_MS } from '../../../src/shared/time/clock.ts'
import { forgetDeliveries } from '../../../src/shared/webhooks/forget-deliveries.ts'
import { expireFinished, trimEvents } from '../../../src/workers/upkeep/expire-finished.ts'
import { upkeepWorld } from './upkeep-world.ts'

const ALL = { atMost: 100 }

describe('what has expired', () => {
  it('goes with its record, lists, session, deliveries and files, and leaves no key', async () => {
    await using t = await upkeepWorld()
    const job = await t.ended({ request: { external_id: 'row-17' } })
    await t.delivery(job.id)
    await t.clock.advance(30 * DAY_MS + 1)

    expect(await expireFinished(t, ALL)).toBe(1)

    expect(await t.ownedKeys()).toEqual([])
    expect(await t.storage.filesOf(job.id)).toEqual([])
  })

  it('is not touched a moment before its time', async () => {
    await using t = await upkeepWorld()
    const job = await t.ended()
    await t.clock.advance(30 * DAY_MS - 1)
    const before = await t.ownedKeys()

    expect(await expireFinished(t, ALL)).toBe(0)

    expect(await t.ownedKeys()).toEqual(before)
    expect(await t.storage.filesOf(job.id)).toHaveLength(2)
  })

  it('leaves the others of its session and tenant as they are, and the session to the last of them', async () => {
    await using t = await upkeepWorld()
    const session = newSessionId()
    const first = await t.ended({ session }, { keptMs: DAY_MS })
    const second = await t.ended({ session }, { keptMs: 2 * DAY_MS })
    const waiting = await t.accept()
    await t.delivery(first.id)
    await t.delivery(second.id)
    await t.clock.advance(DAY_MS + 1)

    await expireFinished(t, ALL)

    expect(await t.redis.zrange(t.keys.sessionJobs(session), '0', '-1')).toEqual([second.id])
    expect(await t.redis.exists(t.keys.session(session))).toBe(1)
    expect(await t.redis.zrange(t.keys.tenantJobs(FIRST_TENANT), '0', '-1')).toEqual([second.id, waiting.id])
    expect(await t.redis.zcard(t.keys.tenantDeliveries(FIRST_TENANT))).toBe(1)
    expect(await t.storage.filesOf(second.id)).toHaveLength(2)

    await t.clock.advance(DAY_MS)
    await expireFinished(t, ALL)
    expect(await t.redis.exists(t.keys.session(session), t.keys.sessionJobs(session))).toBe(0)
    expect(await t.jobs.find(waiting.id)).toMatchObject({ status: 'queued' })
  })

  it('goes so many at a time, those first that expired first', async () => {
    await using t = await upkeepWorld()
    const late = await t.ended({}, { keptMs: 3_000 })
    const early = await t.ended({}, { keptMs: 1_000 })
    const middle = await t.ended({}, { keptMs: 2_000 })
    await t.clock.advance(HOUR_MS)

    expect(await expireFinished(t, { atMost: 2 })).toBe(2)

    const left = await Promise.all([early, middle, late].map(({ id }) => t.jobs.find(id)))
    expect(left.map((job) => job?.id)).toEqual([undefined, undefined, late.id])
    expect(await expireFinished(t, { atMost: 2 })).toBe(1)
  })

  it('is removed by the next pass, wherever a crash broke the first one off', async () => {
    await using t = await upkeepWorld()
    const withoutFiles = await t.ended()
    const withoutDeliveries = await t.ended()
    const withoutRecord = await t.ended()
    for (const job of [withoutFiles, withoutDeliveries]) await t.delivery(job.id)
    await t.clock.advance(31 * DAY_MS)

    await t.storage.removeOwner(withoutFiles.id)
    await t.storage.removeOwner(withoutDeliveries.id)
    await forgetDeliveries(t, withoutDeliveries)
    await t.storage.removeOwner(withoutRecord.id)
    await forgetRecord(t, withoutRecord)
    await t.redis.zadd(t.keys.expiring(), 0, withoutRecord.id)
    await expireFinished(t, ALL)

    expect(await t.ownedKeys()).toEqual([])
  })

  it('keeps its record while its files can not be removed, and does not stand before others', async () => {
    await using t = await upkeepWorld()
    const stuck = await t.ended({}, { keptMs: 1_000 })
    const other = await t.ended({}, { keptMs: 2_000 })
    await t.clock.advance(HOUR_MS)
    const removed: string[] = []
    const storage = Object.assign(Object.create(t.storage), {
      async removeOwner(owner: string) {
        if (owner === stuck.id) throw new Error('the disk refuses')
        removed.push(owner)
      },
    }) as typeof t.storage

    await expireFinished({ ...t, storage }, { atMost: 1 })
    await expireFinished({ ...t, storage }, { atMost: 1 })

    expect(removed).toEqual([other.id])
    expect(await t.jobs.find(stuck.id)).not.toBeNull()
    expect(t.spy.lines.join()).toContain('the disk refuses')
    await t.clock.advance(HOUR_MS + 1)
    await expireFinished(t, ALL)
    expect(await t.ownedKeys()).toEqual([])
  })

  it('is never a job that has not ended', async () => {
    await using t = await upkeepWorld()
    const job = await t.accept()
    await t.redis.zadd(t.keys.expiring(), 0, job.id)

    await expireFinished(t, ALL)

    expect(await t.jobs.find(job.id)).toMatchObject({ status: 'queued' })
    expect(await t.storage.filesOf(job.id)).toHaveLength(1)
    expect(await t.redis.exists(t.keys.expiring())).toBe(0)
    expect(await forgetRecord(t, job)).toBe(false)
  })
})

describe('deliveries of a job', () => {
  it('leave their lanes too, whatever has become of them', async () => {
    await using t = await upkeepWorld()
    const job = await t.ended()
    const other = await t.ended()
    for (let n = 0; n < 250; n += 1) await t.delivery(job.id, `https://receiver.example/${n % 3}`)
    await t.delivery(other.id, 'https://receiver.example/1')
    const capacity = { atMost: 1, perLane: 1, perGroup: 1, lanes: {}, groups: {} }
    const [taken] = (await t.deliveries.take(capacity)).taken
    const tried = { at: '2026-01-01T00:00:00.000Z', ms: 1, status: 200, error: null }
    const delivery = (await t.deliveries.find(taken!.id))!
    await t.deliveries.endTry(delivery, taken!.leaseEnd, { status: 'succeeded', tried })

    await forgetDeliveries(t, job)

    const left = (await t.ownedKeys()).filter((key) => key.includes('deliver'))
    expect(left).toHaveLength(6) // one delivery, its lane, the lanes, the job's, the tenant's, the tenant's pending
    expect(await t.redis.zcard(t.keys.deliveryLanes())).toBe(1)
    expect(await t.redis.zcard(t.keys.tenantDeliveries(FIRST_TENANT))).toBe(1)
  })
})

it('cuts off events once they are older than any job is kept', async () => {
  await using t = await upkeepWorld()
  for (let n = 0; n < 150; n += 1) await t.accept()
  const retentionDays = 1

  await t.clock.advance(DAY_MS)
  expect(await trimEvents(t, { retentionDays })).toBe(0)

  await t.clock.advance(2 * HOUR_MS)
  expect(await trimEvents(t, { retentionDays })).toBeGreaterThanOrEqual(100)
})
