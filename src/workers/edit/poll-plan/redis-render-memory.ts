import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../../../shared/redis/keys.ts'
import { Script } from '../../../shared/redis/script.ts'
import { DAY_MS, SECOND_MS, type Clock } from '../../../shared/time/clock.ts'
import { MEMORY_RENDERS, MOST_SAVED, SeenRender, type Memory, type RenderMemory } from './seen-render.ts'

const REMEMBER_RENDER = new Script('remember-render')
const Kept = z.tuple([z.tuple([z.null(), z.array(z.string())]), z.tuple([z.null(), z.string().nullable()])])

/** What was read is good for so long. */
const FRESH_MS = SECOND_MS
const EXPIRY_MS = 30 * DAY_MS

/** Keeps what renders took, by upstream account, so that all workers learn from all renders. */
export class RedisRenderMemory implements RenderMemory {
  readonly #deps: { redis: Redis; keys: Keys; account: string; clock: Clock }
  #read: { memory: Memory; at: number } | undefined

  constructor(deps: { redis: Redis; keys: Keys; account: string; clock: Clock }) {
    this.#deps = deps
  }

  async load(): Promise<Memory> {
    const { redis, keys, account, clock } = this.#deps
    const now = clock.now()
    if (this.#read && now - this.#read.at < FRESH_MS) return this.#read.memory
    const read = redis
      .multi()
      .lrange(keys.seenRenders(account), 0, MEMORY_RENDERS - 1)
      .get(keys.savedPolls(account))
    const [[, renders], [, saved]] = Kept.parse(await read.exec())
    const memory = { renders: renders.flatMap(parseSeen), saved: Number(saved ?? 0) }
    this.#read = { memory, at: now }
    return memory
  }

  async remember(seen: SeenRender | null, saved: number): Promise<void> {
    const { redis, keys, account } = this.#deps
    const render = seen === null ? '' : JSON.stringify(seen, rounded)
    const names = [keys.seenRenders(account), keys.savedPolls(account)]
    await REMEMBER_RENDER.run(redis, names, [render, saved.toFixed(3), MEMORY_RENDERS, MOST_SAVED, EXPIRY_MS])
  }
}

/** An entry of another form than ours is none: what it taught is learned again. */
function parseSeen(json: string): SeenRender[] {
  try {
    return [SeenRender.parse(JSON.parse(json))]
  } catch {
    return []
  }
}

const rounded = (_name: string, value: unknown) => (typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value)
