import { toEnvelope } from '../../shared/events/envelope.ts'
import type { JobStore } from '../../shared/jobs/job-store.ts'
import type { JobViewDeps } from '../../shared/jobs/job-view.ts'
import type { Logger } from '../../shared/observe/logger.ts'
import type { AddressGuard } from '../../shared/net/address-guard.ts'
import { SECOND_MS, type Clock } from '../../shared/time/clock.ts'
import type { Delivery } from '../../shared/webhooks/delivery.ts'
import type { DeliveryStore, TakenDelivery, TryEnd } from '../../shared/webhooks/delivery-store.ts'
import { retryWaitMs } from '../../shared/webhooks/retry-plan.ts'
import type { WebhookSecrets } from '../../shared/webhooks/webhook-secrets.ts'
import { postWebhook, type PostResult } from './post-webhook.ts'

export interface CarryDeps {
  deliveries: DeliveryStore
  jobs: Pick<JobStore, 'find'>
  view: JobViewDeps
  secrets: WebhookSecrets
  guard: AddressGuard
  clock: Clock
  random: () => number
  userAgent: string
  timeoutMs: number
  log: Logger
}

const RECORD_TRIES = 5

/** Tries a taken delivery once and records what came of it. Interrupted by `signal`, it is ready again at once: no try. */
export async function carryDelivery(
  deps: CarryDeps,
  delivery: Delivery,
  { leaseEnd }: TakenDelivery,
  signal: AbortSignal,
): Promise<TryEnd> {
  const end = await tryOnce(deps, delivery, signal).catch((error: unknown): TryEnd => {
    if (signal.aborted) return { status: 'pending', waitMs: 0, tried: null }
    throw error
  })
  await record(deps, { delivery, leaseEnd, end }, signal)
  if (end.tried && end.status !== 'succeeded') tellFailedTry(deps, delivery, end)
  return end
}

function tellFailedTry({ log }: CarryDeps, { id, event_id, job, url }: Delivery, { status, tried }: TryEnd): void {
  const over = status === 'failed'
  const said = over ? 'a webhook is given up' : 'a webhook did not arrive; it comes again'
  log[over ? 'warn' : 'info']({ delivery: id, event: event_id, job, url, try: tried }, said)
}

async function tryOnce(deps: CarryDeps, delivery: Delivery, signal: AbortSignal): Promise<TryEnd> {
  const job = await deps.jobs.find(delivery.job)
  if (!job) return { status: 'skipped', tried: null }
  const envelope = await toEnvelope(deps.view, delivery.event, job)
  const secret = await deps.secrets.of(delivery.tenant)
  const message = { url: delivery.url, id: delivery.event_id, body: JSON.stringify(envelope), secret }
  const result = await postWebhook(deps, message, signal)
  return endOf(result, delivery.tries.length + 1, deps.random())
}

/** What follows from a try, the how-manieth it was. */
export function endOf({ tried, outcome, retryAfterMs }: PostResult, tries: number, random: number): TryEnd {
  if (outcome === 'succeeded') return { status: 'succeeded', tried }
  const planned = retryWaitMs(tries, random)
  if (outcome === 'over' || planned === null) return { status: 'failed', tried }
  return { status: 'pending', waitMs: Math.max(planned, retryAfterMs ?? 0), tried }
}

/** A result that is lost means another try, so a Redis that is away for a moment is waited for while the lease lasts. */
async function record(
  { deliveries, clock }: CarryDeps,
  { delivery, leaseEnd, end }: { delivery: Delivery; leaseEnd: number; end: TryEnd },
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; ; failures += 1) {
    try {
      await deliveries.endTry(delivery, leaseEnd, end)
      return
    } catch (error) {
      if (failures === RECORD_TRIES || signal.aborted) throw error
      await clock.sleep(failures * SECOND_MS, { signal }).catch(() => undefined)
    }
  }
}
