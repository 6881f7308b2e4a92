import type { Logger } from '../../shared/observe/logger.ts'
import { SECOND_MS, type Clock } from '../../shared/time/clock.ts'
import type { Delivery } from '../../shared/webhooks/delivery.ts'
import type { Capacity, DeliveryStore, TakenDelivery } from '../../shared/webhooks/delivery-store.ts'

export interface DeliveryLoopDeps {
  deliveries: DeliveryStore
  /** Tries one delivery and records the end. */
  carry: (delivery: Delivery, taken: TakenDelivery, signal: AbortSignal) => Promise<unknown>
  limits: Pick<Capacity, 'atMost' | 'perLane' | 'perGroup'>
  /** How long tries may go on after `close()`, before they are interrupted. */
  graceMs: number
  clock: Clock
  log: Logger
}

/** Looks at least so often: another process may have planned a delivery. */
const LONGEST_SLEEP_MS = SECOND_MS

/** Carries deliveries that are due, many at once, few of each lane. */
export class DeliveryLoop {
  readonly #deps: DeliveryLoopDeps
  readonly #stopped = new AbortController()
  readonly #interrupted = new AbortController()
  readonly #underway = new Map<Promise<void>, string>()
  readonly #running: Promise<void>
  #awake = new AbortController()

  constructor(deps: DeliveryLoopDeps) {
    this.#deps = deps
    this.#running = this.#run()
  }

  /** Makes it look at once: there is something new, or room. */
  wake(): void {
    this.#awake.abort()
  }

  async close(): Promise<void> {
    this.#stopped.abort()
    await this.#running
    const done = new AbortController()
    const grace = this.#deps.clock.sleep(this.#deps.graceMs, { signal: done.signal }).catch(() => undefined)
    const ended = Promise.all(this.#underway.keys())
    await Promise.race([grace, ended])
    done.abort()
    this.#interrupted.abort(new Error('shutdown'))
    await ended
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#deps
    const { signal } = this.#stopped
    while (!signal.aborted) {
      this.#awake = new AbortController()
      const idleMs = await this.#takeSome().catch((error: unknown) => {
        log.warn({ err: error }, 'webhook deliveries could not be taken; trying again')
        return LONGEST_SLEEP_MS
      })
      const woken = AbortSignal.any([signal, this.#awake.signal])
      if (idleMs > 0) await clock.sleep(idleMs, { signal: woken }).catch(() => undefined)
    }
  }

  /** @returns how long there is nothing to take, milliseconds. */
  async #takeSome(): Promise<number> {
    const { deliveries, limits } = this.#deps
    const atMost = limits.atMost - this.#underway.size
    if (atMost <= 0) return LONGEST_SLEEP_MS
    const { taken, idleMs } = await deliveries.take({ ...limits, atMost, ...this.#load() })
    const found = await Promise.all(taken.map(({ id }) => deliveries.find(id)))
    for (const [index, one] of taken.entries()) {
      const delivery = found[index]
      if (delivery) this.#start(delivery, one)
    }
    return Math.min(idleMs ?? LONGEST_SLEEP_MS, LONGEST_SLEEP_MS)
  }

  #start(delivery: Delivery, taken: TakenDelivery): void {
    const { carry, log } = this.#deps
    const work = carry(delivery, taken, this.#interrupted.signal)
      .catch((error: unknown) => {
        // It comes again when its lease ends.
        log.error({ err: error, delivery: delivery.id, job: delivery.job }, 'a webhook delivery could not be tried')
      })
      .then(() => {
        this.#underway.delete(work)
        this.wake()
      })
    this.#underway.set(work, delivery.lane)
  }

  #load(): Pick<Capacity, 'lanes' | 'groups'> {
    const lanes: Record<string, number> = {}
    const groups: Record<string, number> = {}
    for (const lane of this.#underway.values()) {
      const [group = lane] = lane.split(' ')
      lanes[lane] = (lanes[lane] ?? 0) + 1
      groups[group] = (groups[group] ?? 0) + 1
    }
    return { lanes, groups }
  }
}
