import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../../shared/redis/keys.ts'
import { Script } from '../../shared/redis/script.ts'
import { HOUR_MS } from '../../shared/time/clock.ts'

const FORGET_CONSUMERS = new Script('forget-consumers')

const GROUP = 'webhooks'
const AT_ONCE = 100
const FORGET_MS = HOUR_MS

/** An entry's id and its fields; null where the log was trimmed while a consumer held it. */
const Entry = z.tuple([z.string(), z.array(z.string()).nullable()])
const Entries = z.array(Entry.nullable()).transform((found) => found.filter((entry) => entry !== null))
const ReadReply = z.array(z.tuple([z.string(), Entries])).nullable()
const ClaimReply = z.tuple([z.string(), Entries]).rest(z.unknown())

export type LogEntry = z.infer<typeof Entry>

/** One consumer of the event log: each entry goes to one of the group, and stays its until it is acknowledged. */
export class EventGroup {
  readonly #redis: Redis
  readonly #blocking: Redis
  readonly #log: string
  readonly #consumer: string
  readonly #heldMs: number

  /**
   * `blocking`: a connection of its own, for reads that wait. `consumer` names this process, and no other ever. An entry
   * that a consumer has held for `heldMs` is taken over: the consumer is dead.
   */
  constructor(deps: { redis: Redis; blocking: Redis; keys: Keys; consumer: string; heldMs: number }) {
    this.#redis = deps.redis
    this.#blocking = deps.blocking
    this.#log = deps.keys.events()
    this.#consumer = deps.consumer
    this.#heldMs = deps.heldMs
  }

  /** From the first event on, so that none is missed which came before the group. Safe to repeat. */
  async create(): Promise<void> {
    await this.#redis.xgroup('CREATE', this.#log, GROUP, '0', 'MKSTREAM').catch((error: unknown) => {
      if (!String(error).includes('BUSYGROUP')) throw error
    })
  }

  /** New entries; waits for some up to `blockMs`. */
  async read(blockMs: number): Promise<LogEntry[]> {
    const reply = await this.#blocking.xreadgroup(
      'GROUP',
      GROUP,
      this.#consumer,
      'COUNT',
      AT_ONCE,
      'BLOCK',
      blockMs,
      'STREAMS',
      this.#log,
      '>',
    )
    return ReadReply.parse(reply)?.flatMap(([, entries]) => entries) ?? []
  }

  /** Entries that dead consumers held. */
  async claim(): Promise<LogEntry[]> {
    const reply = await this.#redis.xautoclaim(this.#log, GROUP, this.#consumer, this.#heldMs, '0-0', 'COUNT', AT_ONCE)
    return ClaimReply.parse(reply)[1]
  }

  async acknowledge(ids: string[]): Promise<void> {
    if (ids.length > 0) await this.#redis.xack(this.#log, GROUP, ...ids)
  }

  /** Forgets consumers that are long gone; each process has a name of its own. */
  async tidy(): Promise<void> {
    await FORGET_CONSUMERS.run(this.#redis, [this.#log], [GROUP, FORGET_MS])
  }
}
