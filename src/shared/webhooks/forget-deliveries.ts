import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { JobId, TenantId } from '../jobs/ids.ts'
import type { Keys } from '../redis/keys.ts'
import { Script } from '../redis/script.ts'
import { DELIVERY_STATUSES } from './delivery-status.ts'

const FORGET_DELIVERIES = new Script('forget-deliveries')
const AT_ONCE = 200

/** Removes all deliveries of a job from everywhere. Safe to repeat. */
export async function forgetDeliveries(
  { redis, keys }: { redis: Redis; keys: Keys },
  { id, tenant }: { id: JobId; tenant: TenantId },
): Promise<void> {
  const names = [keys.jobDeliveries(id), keys.tenantDeliveries(tenant), keys.deliveryLanes()]
  const byStatus = DELIVERY_STATUSES.map((status) => keys.tenantDeliveriesByStatus(tenant, status))
  const args = [AT_ONCE, keys.delivery(''), keys.deliveryLane(''), ...byStatus]
  for (let left = 1; left > 0;) left = z.int().parse(await FORGET_DELIVERIES.run(redis, names, args))
}
