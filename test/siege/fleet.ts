import { join } from 'node:path'
import { systemClock } from '../../src/shared/time/clock.ts'
import { fleetEnvironment } from '../support/faults/fleet-environment.ts'
import { OwnProcess } from '../support/faults/own-process.ts'
import { SERVES, type Order } from '../support/faults/worker-order.ts'
import { freePort } from '../support/free-port.ts'
import type { SiegeWorld } from './siege-world.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts')
const WORKER = join(import.meta.dirname, '..', 'support', 'faults', 'worker-process.ts')
const LEASE_MS = 3_000

export const VICTIMS = ['worker', 'api', 'redis'] as const
export type Victim = (typeof VICTIMS)[number]

/** A process of the fleet and how to start its like again. */
interface Member {
  process: OwnProcess
  start: () => Promise<OwnProcess>
}

/** Workers and APIs as processes of their own, any of which, and Redis, may be killed and comes back. */
export class Fleet implements AsyncDisposable {
  readonly kills: Record<Victim, number> = { worker: 0, api: 0, redis: 0 }
  readonly apiUrls: string[] = []
  /** What killed processes had said last, for a siege that failed. */
  readonly lastWords: string[] = []
  readonly #world: SiegeWorld
  readonly #workers: Member[] = []
  readonly #apis: Member[] = []

  private constructor(world: SiegeWorld) {
    this.#world = world
  }

  static async start(world: SiegeWorld, size: { workers: number; apis: number }): Promise<Fleet> {
    const fleet = new Fleet(world)
    // One after the other: the first makes the tenant and learns the token.
    for (let i = 0; i < size.apis; i++) fleet.#apis.push(await fleet.#member(fleet.#api(await freePort())))
    for (let i = 0; i < size.workers; i++) fleet.#workers.push(await fleet.#member(() => fleet.#worker()))
    return fleet
  }

  /** kill -9 of one of a kind, and its like again after `awayMs`. */
  async strike(victim: Victim, random: () => number, awayMs: number): Promise<void> {
    this.kills[victim] += 1
    if (victim === 'redis') {
      await this.#world.redis.kill()
      await systemClock.sleep(awayMs)
      return this.#world.redis.restart()
    }
    const members = victim === 'worker' ? this.#workers : this.#apis
    const member = members[Math.floor(random() * members.length)]
    if (!member) return
    await member.process.kill()
    this.lastWords.push(member.process.output)
    await systemClock.sleep(awayMs)
    member.process = await member.start()
  }

  /** All that the processes said, those that were killed too. */
  output(): string {
    return [...this.lastWords, ...[...this.#workers, ...this.#apis].map(({ process }) => process.output)].join('')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#workers, ...this.#apis].map(({ process }) => process.kill()))
  }

  async #member(start: () => Promise<OwnProcess>): Promise<Member> {
    return { process: await start(), start }
  }

  #api(port: number): () => Promise<OwnProcess> {
    this.apiUrls.push(`http://127.0.0.1:${port}`)
    return () => OwnProcess.start(MAIN, ['api'], { ...this.#env(), PORT: String(port) }, /ready at/)
  }

  #worker(): Promise<OwnProcess> {
    const order: Order = { leaseMs: LEASE_MS, cells: [{ namespace: 'clipyard', apiUrl: this.#world.upstream.url() }] }
    return OwnProcess.start(WORKER, [JSON.stringify(order)], this.#env(), new RegExp(SERVES))
  }

  #env() {
    const { folder, redis, upstream } = this.#world
    return fleetEnvironment({ folder, redisUrl: redis.url, upstreamUrl: upstream.url() })
  }
}
