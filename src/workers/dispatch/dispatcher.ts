import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { JobId } from '../../shared/jobs/ids.ts'
import type { Logger } from '../../shared/observe/logger.ts'
import { legId, type Leg } from '../../shared/queues/legs.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import { Script } from '../../shared/redis/script.ts'
import type { Clock } from '../../shared/time/clock.ts'
import { leaseOne, type OnlyJob } from './lease-one.ts'

const LEASE_JOBS = new Script('lease-jobs')
const LeaseReply = z.tuple([z.int(), z.int()]).rest(z.string())

/** Looks at least so often, should a signal be lost. */
const LONGEST_SLEEP_MS = 1_000

export interface DispatcherDeps {
  redis: Redis
  /** A connection that subscribes. */
  listener: Redis
  keys: Keys
  legs: Pick<Queue<Leg>, 'add' | 'getWaitingCount'>
  concurrency: number
  active: () => number
  /** Dispatches this job and no other. */
  only?: OnlyJob | undefined
  leaseMs: number
  clock: Clock
  log: Logger
}

/** Decides who goes next: leases what this process' free slots can carry and hands it to BullMQ as legs. */
export class Dispatcher {
  readonly #deps: DispatcherDeps
  readonly #stopped = new AbortController()
  #awake = new AbortController()
  #running: Promise<void> | undefined

  constructor(deps: DispatcherDeps) {
    this.#deps = deps
  }

  async start(): Promise<void> {
    const { listener, keys } = this.#deps
    listener.on('message', (channel) => {
      if (channel === keys.readySignal()) this.wake()
    })
    await listener.subscribe(keys.readySignal())
    this.#running = this.#run()
  }

  /** Makes it look at once: a slot is free, or something became ready. */
  wake(): void {
    this.#awake.abort()
  }

  async close(): Promise<void> {
    this.#stopped.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      this.#awake = new AbortController()
      const waitMs = await this.#dispatch().catch((error: unknown) => {
        this.#deps.log.warn({ err: error }, 'jobs could not be dispatched; trying again')
        return LONGEST_SLEEP_MS
      })
      const woken = AbortSignal.any([signal, this.#awake.signal])
      if (waitMs > 0) await this.#deps.clock.sleep(waitMs, { signal: woken }).catch(() => undefined)
    }
  }

  /** @returns how long there is nothing to do, milliseconds. */
  async #dispatch(): Promise<number> {
    const { legs, concurrency, active, only } = this.#deps
    const free = concurrency - active() - (await legs.getWaitingCount())
    const leased = only ? await leaseOne(this.#deps, only) : await this.#lease(Math.max(0, free))
    for (const leg of leased.legs) await legs.add('leg', leg, { jobId: legId(leg) })
    return leased.untilWakeMs < 0 ? LONGEST_SLEEP_MS : Math.min(leased.untilWakeMs, LONGEST_SLEEP_MS)
  }

  async #lease(atMost: number): Promise<{ untilWakeMs: number; legs: Leg[] }> {
    const { redis, keys, leaseMs } = this.#deps
    const names = [keys.wake(), keys.readyTenants(), keys.leases()]
    const prefixes = [keys.job(''), keys.ready(''), keys.sessionLine('')]
    const reply = await LEASE_JOBS.run(redis, names, [atMost, leaseMs, ...prefixes])
    const [untilWakeMs, , ...leased] = LeaseReply.parse(reply)
    const legs: Leg[] = []
    for (let i = 0; i < leased.length; i += 2) {
      legs.push({ jobId: JobId.parse(leased[i]), epoch: Number(leased[i + 1]) })
    }
    return { untilWakeMs, legs }
  }
}
