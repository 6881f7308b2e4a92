import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, statSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartupError } from '../errors/startup-error.ts'
import { SECOND_MS, type Clock } from '../time/clock.ts'
import { pingRedis } from './ping-redis.ts'
import { PID_FILE } from './end-survivor.ts'

interface Place {
  dir: string
  socketPath: string
  clock: Clock
}

const LOG_FILE = 'redis.log'
const LOG_MAX_BYTES = 1_048_576
const STOP_MAX_MS = 10 * SECOND_MS
const NOT_FOUND = 127

/** The server begins only once its pid is on the disk, so that no crash of ours leaves one that the next start can't find. */
const GATE = 'read -r go && export LC_ALL=C && exec redis-server "$@" </dev/null'

/** One run of `redis-server`, from spawn to exit. */
export class RedisProcess {
  readonly pid: number
  /** Resolves with how it ended; never rejects. */
  readonly exited: Promise<string>
  readonly #child: ChildProcess
  readonly #place: Place
  readonly #logStart: number

  static spawn(place: Place): RedisProcess {
    return new RedisProcess(place)
  }

  private constructor(place: Place) {
    this.#place = place
    const { log, start } = openLog(join(place.dir, LOG_FILE))
    this.#logStart = start
    const child = spawn('sh', ['-c', GATE, 'redis-server', ...settings(place)], {
      cwd: place.dir,
      // Its own process group: Ctrl-C must not end it while we still drain.
      detached: true,
      stdio: ['pipe', log, log],
    })
    closeSync(log)
    this.#child = child
    this.exited = howItEnds(child)
    this.pid = child.pid ?? 0
    this.#openGate()
  }

  #openGate(): void {
    const gate = this.#child.stdin
    gate?.on('error', () => undefined) // it may have died before it read the word
    try {
      if (this.pid === 0) return // its error is how it ended
      writeFileSync(join(this.#place.dir, PID_FILE), `${this.pid}\n`, { mode: 0o600 })
      gate?.write('go\n')
    } finally {
      gate?.end() // without the word, it ends
    }
  }

  /**
   * Resolves when it answers and its data is loaded, however long that takes.
   * @throws StartupError if it ends before; the signal's reason when that aborts.
   */
  async ready(signal: AbortSignal): Promise<void> {
    const { clock, socketPath } = this.#place
    const ended = this.exited.then(() => 'ended' as const)
    for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 100)) {
      const state = await Promise.race([pingRedis(socketPath), ended])
      if (state === 'ready') return
      if (state === 'ended') throw this.#refusal(await this.exited)
      await clock.sleep(waitMs, { signal })
    }
  }

  /** Asks it to end, which puts its last writes on the disk; kills it if it does not in time. */
  async stop(): Promise<void> {
    const { clock, dir } = this.#place
    const done = new AbortController()
    const impatient = clock.sleep(STOP_MAX_MS, { signal: done.signal }).then(
      () => this.#child.kill('SIGKILL'),
      () => false,
    )
    this.#child.kill('SIGTERM')
    await this.exited
    done.abort()
    await impatient
    rmSync(join(dir, PID_FILE), { force: true })
  }

  /** The last lines that this run wrote into its log. */
  lastWords(): string[] {
    const log = readFileSync(join(this.#place.dir, LOG_FILE)).subarray(this.#logStart).toString()
    return log.trim().split('\n').slice(-5)
  }

  #refusal(how: string): StartupError {
    const missing = this.#child.exitCode === NOT_FOUND
    const expected = 'a redis-server on PATH that starts (or REDIS_URL set)'
    if (missing) {
      const fix = 'install it (Debian: apt-get install redis-server), or set REDIS_URL to a server of yours'
      return new StartupError([{ subject: 'redis-server', expected, got: 'none', fix }])
    }
    const fix = `read ${join(this.#place.dir, LOG_FILE)} and mend what it names`
    return new StartupError([
      { subject: 'redis-server', expected, got: `${how}: ${this.lastWords().join(' | ')}`, fix },
    ])
  }
}

const settings = ({ dir, socketPath }: Place): string[] =>
  [
    ['--port', '0'],
    ['--unixsocket', socketPath, '--unixsocketperm', '700'],
    ['--dir', dir],
    // Acknowledged is on the disk; a tail that was half written was not acknowledged.
    ['--appendonly', 'yes', '--appendfsync', 'always', '--aof-load-truncated', 'yes', '--save', ''],
    ['--maxmemory-policy', 'noeviction'],
    ['--daemonize', 'no'],
  ].flat()

function openLog(path: string): { log: number; start: number } {
  const size = () => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size() > LOG_MAX_BYTES) renameSync(path, `${path}.1`)
  return { start: size(), log: openSync(path, 'a', 0o600) }
}

const howItEnds = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
  })
