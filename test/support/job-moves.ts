import { EventEmitter, once } from 'node:events'
import type { Redis } from 'ioredis'
import type { JobId } from '../../src/shared/jobs/ids.ts'
import type { JobStatus } from '../../src/shared/jobs/states.ts'

const PATIENCE_MS = 15_000

/** Lets a test wait for what happened instead of for time to pass. Remembers, so asking late is fine. */
export class JobMoves {
  readonly #past = new Map<string, number>()
  readonly #arrivals = new EventEmitter().setMaxListeners(0)

  static async listen(redis: Redis, channel: string): Promise<JobMoves> {
    const moves = new JobMoves()
    redis.on('message', (_channel, message: string) => moves.#record(message))
    await redis.subscribe(channel)
    return moves
  }

  /** Resolves once the job has moved to that state, for the `times`-th time. */
  async reached(status: JobStatus, id: JobId, times = 1): Promise<void> {
    const move = `${id} ${status}`
    const signal = AbortSignal.timeout(PATIENCE_MS)
    while ((this.#past.get(move) ?? 0) < times) {
      await once(this.#arrivals, move, { signal }).catch((cause: unknown) => {
        throw new Error(`${move} was not reached; seen: ${[...this.#past.keys()].join(', ')}`, { cause })
      })
    }
  }

  #record(move: string): void {
    this.#past.set(move, (this.#past.get(move) ?? 0) + 1)
    this.#arrivals.emit(move)
  }
}
