import { EventEmitter, once } from 'node:events'
import type { Clock } from '../../src/shared/time/clock.ts'

interface Sleeper {
  at: number
  wake: () => void
}

/** A clock that moves only when a test says so. */
export class ManualClock implements Clock {
  #now: number
  #sleepers: Sleeper[] = []
  readonly #changes = new EventEmitter()

  constructor(now = Date.parse('2026-01-01T00:00:00Z')) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  sleep(ms: number, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (signal?.aborted) return Promise.reject(signal.reason)
    const sleeper = { at: this.#now + ms, wake: resolve }
    this.#sleepers.push(sleeper)
    signal?.addEventListener('abort', () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
      reject(signal.reason)
    })
    this.#changes.emit('asleep')
    return promise
  }

  /** Moves on by `ms`, waking whoever is due, each at its own time. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      const next = this.#sleepers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0]
      if (!next) break
      this.#now = Math.max(this.#now, next.at)
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next)
      next.wake()
      await new Promise((resolve) => setImmediate(resolve)) // let it go on, and perhaps to sleep again
    }
    this.#now = end
  }

  /** Resolves once that many sleep at the same time. */
  async sleeping(count: number): Promise<void> {
    while (this.#sleepers.length < count) await once(this.#changes, 'asleep', { signal: AbortSignal.timeout(10_000) })
  }
}
