import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import { Script } from '../../shared/redis/script.ts'
import { DAY_MS } from '../../shared/time/clock.ts'

const NOTE_SPENDING = new Script('note-spending')
const Reply = z.tuple([z.int(), z.union([z.literal(0), z.literal(1)])])

const KEEP_MS = 30 * DAY_MS

/**
 * Who spends an account's credits. The upstream tells a balance only, so what an edit was charged is known where no
 * other of the account was at work between the balance before it and the one after.
 */
export class Spending {
  readonly #deps: { redis: Redis; keys: Keys; account: string; longestMs: number }

  /** `longestMs`: after so long a message whose outcome nobody saw has surely been charged, or never will be. */
  constructor(deps: { redis: Redis; keys: Keys; account: string; longestMs: number }) {
    this.#deps = deps
  }

  /** To be called before the balance that comes first. @returns the job's turn; null where another spends just now. */
  async look(jobId: JobId): Promise<number | null> {
    const [turn, alone] = await this.#note(jobId, 'look', '')
    return alone === 1 ? turn : null
  }

  /** To be called before a message is sent. */
  async begin(jobId: JobId): Promise<void> {
    await this.#note(jobId, 'begin', this.#deps.longestMs)
  }

  /** The message was not sent, or refused. */
  async unsent(jobId: JobId): Promise<void> {
    await this.#note(jobId, 'unsent', '')
  }

  /** To be called after the balance that comes last. @returns whether all that was spent since that turn is the job's. */
  async end(jobId: JobId, turn: number | null): Promise<boolean> {
    const [, alone] = await this.#note(jobId, 'end', turn ?? -1)
    return alone === 1
  }

  async #note(jobId: JobId, act: 'look' | 'begin' | 'unsent' | 'end', detail: number | '') {
    const { redis, keys, account } = this.#deps
    const names = [keys.spending(account), keys.spendingTurn(account)]
    return Reply.parse(await NOTE_SPENDING.run(redis, names, [jobId, act, detail, KEEP_MS]))
  }
}
