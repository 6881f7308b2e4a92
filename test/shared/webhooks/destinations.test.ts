import { expect, it } from 'vitest'
import type { EventEntry } from '../../../src/shared/events/event-entry.ts'
import { DeliveryId, FIRST_TENANT, newEventId, newJobId, TenantId } from '../../../src/shared/jobs/ids.ts'
import { deliveryIdOf, destinationsOf, laneOf } from '../../../src/shared/webhooks/destinations.ts'
import { aJob, aRequest } from '../../support/a-job.ts'

const URL_OF_HOOK = 'https://example.com/hook'
const event = (type: EventEntry['type']): EventEntry => ({
  id: newEventId(),
  type,
  at: '2026-01-01T00:00:00.000Z',
  sequence: 1,
  tenant: FIRST_TENANT,
  job: newJobId(),
  data: {},
})

it("goes to the job's own URL if that asked for the type", () => {
  const job = aJob({ request: aRequest({ webhook: { url: URL_OF_HOOK, events: ['job.failed'] } }) })

  expect(destinationsOf(event('job.failed'), job)).toEqual([{ endpointId: null, url: URL_OF_HOOK }])
  expect(destinationsOf(event('job.succeeded'), job)).toEqual([])
  expect(destinationsOf(event('job.failed'), aJob())).toEqual([])
})

it('names a delivery by event and destination alone', () => {
  const id = newEventId()
  const here = { endpointId: null, url: URL_OF_HOOK }
  const ids = [
    deliveryIdOf(id, here),
    deliveryIdOf(newEventId(), here),
    deliveryIdOf(id, { ...here, url: `${URL_OF_HOOK}2` }),
    deliveryIdOf(id, { ...here, endpointId: 'whe_1' }),
  ]

  expect(deliveryIdOf(id, { ...here })).toBe(ids[0])
  expect(new Set(ids).size).toBe(4)
  for (const one of ids) expect(DeliveryId.safeParse(one).success).toBe(true)
})

it('gives each tenant, origin and path a lane, whatever the query', () => {
  const lane = laneOf(FIRST_TENANT, URL_OF_HOOK)
  const other = TenantId.parse('ten_00000000000000000000000002')

  expect(laneOf(FIRST_TENANT, `${URL_OF_HOOK}?a=1`)).toBe(lane)
  expect(laneOf(FIRST_TENANT, `${URL_OF_HOOK}/b`)).not.toBe(lane)
  expect(laneOf(FIRST_TENANT, 'http://example.com/hook')).not.toBe(lane)
  expect(laneOf(other, URL_OF_HOOK)).not.toBe(lane)
  expect(lane).toMatch(/^ten_0+1@https:\/\/example\.com \S{16}$/)
})
