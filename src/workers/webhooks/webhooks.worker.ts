import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Redis } from 'ioredis'
import type { JobStore } from '../../shared/jobs/job-store.ts'
import type { JobViewDeps } from '../../shared/jobs/job-view.ts'
import type { AddressGuard } from '../../shared/net/address-guard.ts'
import type { Logger } from '../../shared/observe/logger.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import { DAY_MS, SECOND_MS, type Clock } from '../../shared/time/clock.ts'
import { DeliveryStore } from '../../shared/webhooks/delivery-store.ts'
import type { WebhookSecrets } from '../../shared/webhooks/webhook-secrets.ts'
import { carryDelivery } from './carry-delivery.ts'
import { DeliveryLoop } from './delivery-loop.ts'
import { EventGroup } from './event-group.ts'
import type { FanOutCount } from './fan-out.ts'
import { followEvents } from './fan-out-loop.ts'

/** Many, since a try costs a socket and a wait; few of each destination, so that many dead ones leave room. */
const LIMITS = { atMost: 128, perLane: 4, perGroup: 16 }
const TIMEOUT_MS = 15 * SECOND_MS
/** Longer than a try and the recording of it. */
const LEASE_MS = 30 * SECOND_MS
const PARK_MS = SECOND_MS / 2
const GRACE_MS = 3 * SECOND_MS
/** An event that another process has read for so long without planning its deliveries is taken over. */
const HELD_MS = 30 * SECOND_MS
const CLAIM_EVERY_MS = 10 * SECOND_MS
const TIMES = {
  timeoutMs: TIMEOUT_MS,
  leaseMs: LEASE_MS,
  graceMs: GRACE_MS,
  heldMs: HELD_MS,
  claimEveryMs: CLAIM_EVERY_MS,
}

export interface WebhookWorkerDeps {
  /** For commands that fail at once while Redis is away. */
  redis: Redis
  /** Makes a connection that may wait for Redis to come back. */
  connect: () => Promise<Redis>
  keys: Keys
  jobs: Pick<JobStore, 'find'>
  view: JobViewDeps
  secrets: WebhookSecrets
  guard: AddressGuard
  clock: Clock
  log: Logger
  /** Of Clipyard, for `user-agent`. */
  version: string
  retentionDays: number
  /** 0 to 1; spreads retries. */
  random?: () => number
  limits?: Partial<typeof LIMITS & typeof TIMES>
}

export interface WebhookWorker {
  /** Takes nothing new; tries that don't end within the grace are interrupted and come again elsewhere, uncounted. */
  close(): Promise<void>
  /** Since the start. */
  counts(): Readonly<FanOutCount>
}

/** Tells the event log to webhooks: plans a delivery for each event and destination, and tries each until it succeeds. */
export async function startWebhookWorker(deps: WebhookWorkerDeps): Promise<WebhookWorker> {
  const { redis, keys, clock, log, jobs, retentionDays, random = Math.random } = deps
  const limits = { ...LIMITS, ...TIMES, ...deps.limits }
  const { timeoutMs, leaseMs, graceMs, heldMs, claimEveryMs, ...atOnce } = limits
  const deliveries = new DeliveryStore({ redis, keys, leaseMs, parkMs: PARK_MS, retentionMs: retentionDays * DAY_MS })
  const carry = { ...deps, deliveries, random, userAgent: `clipyard/${deps.version}`, timeoutMs }
  const blocking = await deps.connect()
  const group = new EventGroup({ redis, blocking, keys, consumer: `${hostname()}-${randomUUID()}`, heldMs })
  const loop = new DeliveryLoop({
    deliveries,
    carry: (delivery, taken, signal) => carryDelivery(carry, delivery, taken, signal),
    limits: atOnce,
    graceMs,
    clock,
    log,
  })

  const stopped = new AbortController()
  const total: FanOutCount = { planned: 0, orphaned: 0, unreadable: 0 }
  const onCount = (count: FanOutCount) => {
    for (const name of ['planned', 'orphaned', 'unreadable'] as const) total[name] += count[name]
    if (count.planned > 0) loop.wake()
  }
  const following = followEvents({ group, jobs, deliveries, clock, log, claimEveryMs }, onCount, stopped.signal)
  return {
    counts: () => ({ ...total }),
    async close() {
      stopped.abort()
      blocking.disconnect()
      await following
      await loop.close()
    },
  }
}
