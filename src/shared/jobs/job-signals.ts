import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'
import type { JobId } from './ids.ts'

type Listener = () => void

/**
 * Tells who waits for a job that it has moved: one subscription for the whole process, whoever waits. What was told
 * while the connection was away is lost, so all are called when it is back; look the job up, and trust only that.
 */
export class JobSignals {
  readonly #subscriber: Redis
  readonly #channel: string
  readonly #listeners = new Map<string, Set<Listener>>()

  /** `subscriber`: a connection of its own, of the use `blocking`; the caller closes it. */
  constructor(deps: { subscriber: Redis; keys: Keys }) {
    this.#subscriber = deps.subscriber
    this.#channel = deps.keys.jobSignal()
  }

  /** Resolves once moves are heard. */
  async start(): Promise<void> {
    this.#subscriber.on('message', (channel, message) => {
      if (channel === this.#channel) this.#tell(message)
    })
    await this.#subscriber.subscribe(this.#channel)
    this.#subscriber.on('ready', () => this.#tellAll())
  }

  /** Calls `listener` after each move of the job, until the returned function is called. */
  watch(id: JobId, listener: Listener): () => void {
    const listeners = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(id)
    }
  }

  /** `<job id> <status>` */
  #tell(message: string): void {
    const [id = ''] = message.split(' ')
    for (const listener of this.#listeners.get(id) ?? []) listener()
  }

  #tellAll(): void {
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener()
  }
}
