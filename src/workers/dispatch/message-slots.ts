import type { Redis } from 'ioredis'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { Logger } from '../../shared/observe/logger.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import { Script } from '../../shared/redis/script.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/time/clock.ts'

const TAKE_SLOT = new Script('take-slot')
const GIVE_SLOT = new Script('give-slot')
const SETTLE_IN_LINE = new Script('settle-in-line')
const HALVE_SLOTS = new Script('halve-slots')

/** So many messages without a fault before one more may stream at once. */
const CLEAN_RUN = 8
/** A limit that was lowered and saw neither messages nor faults for so long is forgotten. */
const LIMIT_MS = 6 * HOUR_MS
const KEPT_FOR_CALLED_MS = 10 * SECOND_MS
/** A job in line that nobody calls looks for itself then. */
const LONGEST_SLEEP_MS = 5 * MINUTE_MS

export interface MessageSlotsDeps {
  redis: Redis
  keys: Keys
  account: string
  /** Slots while the upstream bears them. */
  most: number
  streamMaxMs: number
  log: Logger
}

/**
 * Messages that may stream at once per upstream account, over all workers: fewer after the upstream asked us to slow
 * down, more again slowly. A slot is a lease that expires, so that a dead worker's slot comes back by itself.
 */
export class MessageSlots {
  readonly #deps: MessageSlotsDeps
  readonly #leaseMs: number

  constructor(deps: MessageSlotsDeps) {
    this.#deps = deps
    // A slot must outlive the longest message, since a message can't be fenced once it is sent.
    this.#leaseMs = deps.streamMaxMs + MINUTE_MS
  }

  /** @returns false when all are taken: the job is in line then, to be settled there once it sleeps. */
  async take(holder: JobId): Promise<boolean> {
    const { redis, keys, account, most } = this.#deps
    const names = [keys.messageSlots(account), keys.messageLimit(account), keys.messageTurns(account), keys.job(holder)]
    const args = [holder, most, this.#leaseMs, keys.messageLine(account, '')]
    return (await TAKE_SLOT.run(redis, names, args)) === 1
  }

  /** Gives a slot back and calls the next in line. Never throws: what the message brought must not be lost by it. */
  async giveBack(holder: JobId, { clean }: { clean: boolean }): Promise<void> {
    try {
      await this.#give({ holder, clean })
    } catch (error) {
      this.#deps.log.warn(
        { err: error, job: holder },
        'a message slot could not be given back; it comes back by itself',
      )
    }
  }

  /** Calls jobs in line for slots that came back by themselves. */
  async callNext(): Promise<void> {
    await this.#give({})
  }

  /** Lets a job that went to sleep in line sleep until it is called. */
  async settle(jobId: JobId): Promise<void> {
    const { redis, keys, account } = this.#deps
    const names = [keys.messageSlots(account), keys.wake(), keys.job(jobId), keys.readySignal()]
    await SETTLE_IN_LINE.run(redis, names, [jobId, LONGEST_SLEEP_MS, keys.messageLine(account, '')])
  }

  /** The upstream asked us to slow down. */
  async halve(): Promise<void> {
    const { redis, keys, account, most, log } = this.#deps
    const limit = await HALVE_SLOTS.run(redis, [keys.messageLimit(account)], [most, LIMIT_MS])
    log.info({ limit, most }, 'fewer messages stream at once for a while')
  }

  async #give(given: { holder?: JobId; clean?: boolean }): Promise<void> {
    const { redis, keys, account, most } = this.#deps
    const taken = [keys.messageSlots(account), keys.messageLimit(account), keys.messageTurns(account)]
    const command = {
      ...given,
      most,
      run: CLEAN_RUN,
      keptMs: KEPT_FOR_CALLED_MS,
      limitMs: LIMIT_MS,
      lines: keys.messageLine(account, ''),
      jobs: keys.job(''),
    }
    await GIVE_SLOT.run(redis, [...taken, keys.wake(), keys.readySignal()], [JSON.stringify(command)])
  }
}
