import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { EventEntry } from '../events/event-entry.ts'
import { DeliveryId } from '../jobs/ids.ts'
import type { Keys } from '../redis/keys.ts'
import { Script } from '../redis/script.ts'
import { decodeDelivery, type Delivery, type DeliveryTry } from './delivery.ts'
import { deliveryIdOf, laneOf, type Destination } from './destinations.ts'
import { PLAN_MS } from './retry-plan.ts'

const ADD_DELIVERY = new Script('add-delivery')
const TAKE_DELIVERIES = new Script('take-deliveries')
const END_TRY = new Script('end-try')

const TakeReply = z.tuple([z.int()]).rest(z.string())

/** A delivery that the caller may try until the lease ends (Redis time, ms). */
export interface TakenDelivery {
  id: DeliveryId
  leaseEnd: number
}

/** What the caller is at already, by lane and by group of lanes, and how much more it can carry. */
export interface Capacity {
  atMost: number
  perLane: number
  perGroup: number
  lanes: Record<string, number>
  groups: Record<string, number>
}

/** How a try ended. `waitMs`: until the next one. */
export type TryEnd =
  | { status: 'pending'; waitMs: number; tried: DeliveryTry | null }
  | { status: 'succeeded' | 'failed'; tried: DeliveryTry }
  | { status: 'skipped'; tried: null }

/** Keeps deliveries, and says whose turn it is. */
export class DeliveryStore {
  readonly #redis: Redis
  readonly #keys: Keys
  readonly #leaseMs: number
  readonly #parkMs: number
  readonly #retentionMs: number

  /** `leaseMs` must be longer than any try; `parkMs`: how soon another process may serve a lane that is full here. */
  constructor(deps: { redis: Redis; keys: Keys; leaseMs: number; parkMs: number; retentionMs: number }) {
    this.#redis = deps.redis
    this.#keys = deps.keys
    this.#leaseMs = deps.leaseMs
    this.#parkMs = deps.parkMs
    this.#retentionMs = deps.retentionMs
  }

  /** @returns false when this event was planned for this destination before. */
  async add(event: EventEntry, to: Destination, createdAt: string): Promise<boolean> {
    const keys = this.#keys
    const { tenant, job } = event
    const id = deliveryIdOf(event.id, to)
    const lane = laneOf(tenant, to.url)
    const fields = {
      id,
      tenant,
      job,
      lane,
      event_id: event.id,
      event_type: event.type,
      event: JSON.stringify(event),
      endpoint_id: to.endpointId ?? '',
      url: to.url,
      created_at: createdAt,
    }
    const reply = await ADD_DELIVERY.run(
      this.#redis,
      [
        keys.delivery(id),
        keys.deliveryLane(lane),
        keys.deliveryLanes(),
        keys.jobDeliveries(job),
        keys.tenantDeliveries(tenant),
        keys.tenantDeliveriesByStatus(tenant, 'pending'),
      ],
      [JSON.stringify({ id, lane, fields, ...this.#ages(0) })],
    )
    return reply === 1
  }

  /** @returns null when it has expired. */
  async find(id: DeliveryId): Promise<Delivery | null> {
    const hash = await this.#redis.hgetall(this.#keys.delivery(id))
    return hash['id'] ? decodeDelivery(hash) : null
  }

  /** Takes what is due. `idleMs`: how long there is nothing more to take, null when nothing waits at all. */
  async take(capacity: Capacity): Promise<{ taken: TakenDelivery[]; idleMs: number | null }> {
    const command = JSON.stringify({ ...capacity, leaseMs: this.#leaseMs, parkMs: this.#parkMs })
    const names = [this.#keys.deliveryLanes()]
    const args = [this.#keys.deliveryLane(''), this.#keys.delivery(''), command]
    const [untilNextMs, ...rest] = TakeReply.parse(await TAKE_DELIVERIES.run(this.#redis, names, args))
    const taken: TakenDelivery[] = []
    for (let i = 0; i < rest.length; i += 2) {
      taken.push({ id: DeliveryId.parse(rest[i]), leaseEnd: Number(rest[i + 1]) })
    }
    return { taken, idleMs: untilNextMs < 0 ? null : untilNextMs }
  }

  /** @returns false when nothing was written: another holds the delivery, or it has ended. */
  async endTry(delivery: Delivery, leaseEnd: number, end: TryEnd): Promise<boolean> {
    const keys = this.#keys
    const { id, lane, tenant, job } = delivery
    const waitMs = end.status === 'pending' ? Math.round(end.waitMs) : 0
    const command = {
      id,
      lane,
      lease: leaseEnd,
      status: end.status,
      try: end.tried === null ? undefined : JSON.stringify(end.tried),
      waitMs,
      ...this.#ages(waitMs),
    }
    const names = [
      keys.delivery(id),
      keys.deliveryLane(lane),
      keys.deliveryLanes(),
      keys.tenantDeliveriesByStatus(tenant, 'pending'),
      keys.tenantDeliveriesByStatus(tenant, end.status),
      keys.jobDeliveries(job),
    ]
    return (await END_TRY.run(this.#redis, names, [JSON.stringify(command)])) === 1
  }

  #ages(waitMs: number) {
    return { keepMs: waitMs + this.#retentionMs, oldestMs: this.#retentionMs + PLAN_MS }
  }
}
