import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { StartupError } from '../errors/startup-error.ts'
import type { Logger } from '../observe/logger.ts'
import { MINUTE_MS, type Clock } from '../time/clock.ts'
import { endSurvivor } from './end-survivor.ts'
import { RedisProcess } from './redis-process.ts'
import { claimSocketPath } from './socket-path.ts'

export interface EmbeddedRedis {
  /** Stays the same over restarts of the server. */
  socketPath: string
  /** Of the server that runs now. */
  pid(): number
  /** Ends the server; all that was acknowledged is on the disk. Again: does nothing. */
  close(): Promise<void>
}

interface Parts {
  /** The server's folder; only one process may use it at a time (`openDataDir`). */
  dir: string
  log: Logger
  clock: Clock
}

const RESTART_MS = { first: 100, longest: 5_000 }

/**
 * Runs the system's `redis-server` as a child of its own process group, on a unix socket, with every write on the disk
 * before it is acknowledged. One that outlived its owner is ended first. Resolves when it answers and has loaded its
 * data; from then on it is started again whenever it dies, until `close()`.
 * @throws StartupError if there is no `redis-server`, or if it refuses to start (with its last words).
 */
export async function startEmbeddedRedis({ dir, log, clock }: Parts): Promise<EmbeddedRedis> {
  const folder = resolve(dir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await endSurvivor(folder, { log, clock })
  const socket = await claimSocketPath(folder)
  const closing = new AbortController()
  const spawn = () => RedisProcess.spawn({ dir: folder, socketPath: socket.path, clock })
  const first = spawn()
  await first.ready(closing.signal).catch(async (error: unknown) => {
    await first.stop()
    await socket.release()
    throw error
  })

  const keeper = new Keeper(first, { spawn, log, clock, signal: closing.signal })
  const kept = keeper.run()
  let closed: Promise<void> | undefined
  return {
    socketPath: socket.path,
    pid: () => keeper.server.pid,
    close: () =>
      (closed ??= (async () => {
        closing.abort()
        await keeper.server.stop()
        await kept
        await socket.release()
      })()),
  }
}

interface KeeperParts {
  spawn: () => RedisProcess
  log: Logger
  clock: Clock
  signal: AbortSignal
}

/** Starts the server again whenever it dies, a little later each time it dies soon, until the signal aborts. */
class Keeper {
  server: RedisProcess
  readonly #parts: KeeperParts
  #soonDeaths = 0

  constructor(first: RedisProcess, parts: KeeperParts) {
    this.server = first
    this.#parts = parts
  }

  async run(): Promise<void> {
    const { log, clock, signal } = this.#parts
    let startedAt = clock.now()
    for (;;) {
      const how = await this.server.exited
      if (signal.aborted) return
      this.#soonDeaths = clock.now() - startedAt < MINUTE_MS ? this.#soonDeaths + 1 : 1
      const waitMs = Math.min(RESTART_MS.first * 2 ** (this.#soonDeaths - 1), RESTART_MS.longest)
      log.error({ how, waitMs, lastWords: this.server.lastWords() }, 'redis-server died; starting it again')
      await clock.sleep(waitMs, { signal }).catch(() => undefined)
      if (signal.aborted) return
      startedAt = clock.now()
      await this.#restart()
    }
  }

  async #restart(): Promise<void> {
    const { spawn, log, signal } = this.#parts
    try {
      this.server = spawn()
      await this.server.ready(signal)
      log.info({ pid: this.server.pid }, 'redis-server is back')
    } catch (error) {
      if (signal.aborted) return
      // Its exit is seen by the next round, which waits longer.
      if (!(error instanceof StartupError)) log.error({ err: error }, 'redis-server could not be started')
    }
  }
}
