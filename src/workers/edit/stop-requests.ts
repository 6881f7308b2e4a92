import type { Redis } from 'ioredis'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { Keys } from '../../shared/redis/keys.ts'

/** Hears, for all legs of a process, which jobs should stop. A request that is not heard is in the job's record too. */
export class StopRequests {
  readonly #listener: Redis
  readonly #channel: string
  readonly #watchers = new Map<string, () => void>()

  /** `listener`: a connection that subscribes; others may listen on it for other channels. */
  constructor(deps: { listener: Redis; keys: Keys }) {
    this.#listener = deps.listener
    this.#channel = deps.keys.stopSignal()
  }

  async start(): Promise<void> {
    this.#listener.on('message', (channel, id) => {
      if (channel === this.#channel) this.#watchers.get(id)?.()
    })
    await this.#listener.subscribe(this.#channel)
  }

  /** Calls `asked` when the job should stop, until the returned function is called. One leg of a job runs at a time. */
  watch(id: JobId, asked: () => void): () => void {
    this.#watchers.set(id, asked)
    return () => {
      if (this.#watchers.get(id) === asked) this.#watchers.delete(id)
    }
  }
}
