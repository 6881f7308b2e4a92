import { DeliveryId } from '../../shared/jobs/ids.ts'
import { lookUp } from '../../shared/redis/look-up.ts'
import { DAY_MS } from '../../shared/time/clock.ts'
import { DELIVERY_STATUSES } from '../../shared/webhooks/delivery-status.ts'
import { decodeDelivery, type Delivery } from '../../shared/webhooks/delivery.ts'
import type { Auditor } from './auditor.ts'
import { forEachOf, membersOf } from './walk.ts'

/** No delivery expires sooner than that, so a younger member of a list must be there. */
const KEPT_MS = DAY_MS
const DATED_LISTS = ['tenantDeliveries', 'tenantDeliveriesByStatus', 'jobDeliveries'] as const

/** Every delivery is in the lists of its status, and what lists have is there. */
export async function checkDeliveries(audit: Auditor): Promise<void> {
  await forEachOf(audit.keysNamed('delivery'), ({ parts: [id = ''] }) => checkDelivery(audit, id))
  for (const name of DATED_LISTS) {
    for (const { key } of audit.keysNamed(name)) await checkList(audit, key, audit.deps.now - KEPT_MS)
  }
  for (const { key, parts } of audit.keysNamed('deliveryLane')) {
    await checkList(audit, key, 0)
    await checkLane(audit, key, parts[0] ?? '')
  }
}

async function checkDelivery(audit: Auditor, name: string): Promise<void> {
  const { redis, keys } = audit.deps
  const id = DeliveryId.safeParse(name).data
  const first = id && (await read(audit, name, await redis.hgetall(keys.delivery(id))))
  if (!first) return
  const byStatus = Object.fromEntries(
    DELIVERY_STATUSES.map((status) => [status, keys.tenantDeliveriesByStatus(first.tenant, status)]),
  )
  const lists = {
    ...byStatus,
    tenant: keys.tenantDeliveries(first.tenant),
    job: keys.jobDeliveries(first.job),
    lane: keys.deliveryLane(first.lane),
  }
  const { record, standings } = await lookUp<string>(redis, { record: keys.delivery(id), member: id, lists })
  const delivery = await read(audit, name, record)
  if (!delivery) return
  audit.looked.deliveries += 1
  const belongs = ['tenant', 'job', delivery.status, ...(delivery.status === 'pending' ? ['lane'] : [])]
  for (const list of Object.keys(lists)) {
    const expected = belongs.includes(list)
    if (expected && !standings[list]) audit.fault('missing_from_list', id, `${delivery.status}, and not in: ${list}`)
    if (!expected && standings[list]) audit.fault('stale_member', id, `${delivery.status}, and in: ${list}`)
  }
}

async function read(audit: Auditor, id: string, record: Record<string, string>): Promise<Delivery | null> {
  if (Object.keys(record).length === 0) return null
  try {
    return decodeDelivery(record)
  } catch (error) {
    audit.fault('unreadable_record', id, error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error))
    return null
  }
}

async function checkList(audit: Auditor, key: string, youngerThan: number): Promise<void> {
  const { redis, keys } = audit.deps
  for await (const portion of membersOf(redis, key)) {
    await forEachOf(portion, async ({ member, score }) => {
      if (score < youngerThan || (await redis.exists(keys.delivery(member as DeliveryId))) === 1) return
      if ((await redis.zscore(key, member)) !== null) audit.fault('stale_member', key, `${member} is gone`)
    })
  }
}

async function checkLane(audit: Auditor, key: string, lane: string): Promise<void> {
  const { redis, keys } = audit.deps
  const reply = await redis.multi().exists(key).zscore(keys.deliveryLanes(), lane).exec()
  const [holds, turn] = reply?.map(([, value]) => value) ?? []
  if (holds === 1 && turn === null)
    audit.fault('missing_from_list', key, 'deliveries wait, and their lane gets no turn')
}
