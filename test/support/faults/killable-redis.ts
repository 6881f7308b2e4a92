import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { systemClock } from '../../../src/shared/time/clock.ts'
import { freePort } from '../free-port.ts'
import { endWithUs } from './own-process.ts'
import { Redis } from 'ioredis'

/** A Redis of the test's own that keeps what it acknowledged, and may be killed and started again on its data. */
export class KillableRedis implements AsyncDisposable {
  readonly port: number
  readonly #dir: string
  #child: ChildProcess | null = null

  private constructor(dir: string, port: number) {
    this.#dir = dir
    this.port = port
  }

  /** In `dir`, which must exist. */
  static async start(dir: string): Promise<KillableRedis> {
    const redis = new KillableRedis(dir, await freePort())
    await redis.restart()
    return redis
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** kill -9; resolves once it is gone. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  /** Starts it on the data that it has; resolves once it answers. */
  async restart(): Promise<void> {
    const child = spawn('redis-server', [...SETTINGS, '--port', String(this.port), '--dir', this.#dir], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    this.#child = child
    endWithUs(child)
    const probe = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
    probe.on('error', () => undefined)
    while (!(await answers(probe))) {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode} in ${this.#dir}`)
      await systemClock.sleep(10)
    }
    probe.disconnect()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}

const SETTINGS =
  '--bind 127.0.0.1 --loglevel warning --maxmemory-policy noeviction --appendonly yes --appendfsync always --aof-load-truncated yes'
    .split(' ')
    .concat('--save', '')

async function answers(probe: Redis): Promise<boolean> {
  try {
    if (probe.status !== 'ready') await probe.connect()
    return (await probe.ping()) === 'PONG'
  } catch {
    return false
  }
}
