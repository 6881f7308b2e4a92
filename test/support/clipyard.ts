import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../src/shared/time/clock.ts'
import { untilGone } from './process-state.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const START_MS = 15_000

export interface Clipyard extends AsyncDisposable {
  url: string
  apiKey: string
  stdout(): string
  stderr(): string
  /** An authorized request to a path of the API. */
  call(path: string, init?: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }): Promise<Response>
  /** Ends the process as an operator does, and gives its exit code. */
  stop(): Promise<number | null>
  /** kill -9 of the service and of its Redis, at once. */
  killAll(): Promise<void>
}

/** Starts the whole service as a process of its own, as `npm start` does after its set-up, on a free port. */
export async function startClipyard(dataDir: string, env: Record<string, string> = {}): Promise<Clipyard> {
  const child = spawn(process.execPath, [join(ROOT, 'src', 'main.ts')], {
    env: { PATH: process.env['PATH'], PORT: '0', DATA_DIR: dataDir, ALLOW_PRIVATE_CIDRS: '127.0.0.0/8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const read = collect(child)
  const [, url = '', apiKey = ''] = await until(child, read, /ready at (\S+)[^]*API key\s+(\S+)[^]*\ncurl /)
  const call: Clipyard['call'] = (path, init = {}) =>
    fetch(`${url}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${apiKey}` } })

  return {
    url,
    apiKey,
    stdout: () => read.stdout,
    stderr: () => read.stderr,
    call,
    stop: () => stop(child),
    async killAll() {
      const redis = await redisPid(dataDir)
      child.kill('SIGKILL')
      if (redis) process.kill(redis, 'SIGKILL')
      await Promise.all([untilGone(child.pid ?? 0), redis && untilGone(redis)])
    },
    async [Symbol.asyncDispose]() {
      await stop(child)
    },
  }
}

/** Runs the service and waits for its end: for starts that are refused. */
export async function refusedStart(
  env: Record<string, string>,
  args: string[] = [],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'src', 'main.ts'), ...args], {
    env: { PATH: process.env['PATH'], PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const read = collect(child)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...read }
}

export const redisPid = async (dataDir: string): Promise<number | null> =>
  Number(await readFile(join(dataDir, 'redis', 'redis.pid'), 'utf8').catch(() => '0')) || null

function collect(child: ChildProcess) {
  const read = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => (read.stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (read.stderr += chunk.toString()))
  return read
}

async function until(child: ChildProcess, read: { stdout: string; stderr: string }, pattern: RegExp) {
  const over = AbortSignal.timeout(START_MS)
  for (;;) {
    const found = pattern.exec(read.stdout)
    if (found) return found
    if (child.exitCode !== null || over.aborted) {
      child.kill('SIGKILL')
      throw new Error(`Clipyard did not start:\n${read.stdout}\n${read.stderr}`)
    }
    await systemClock.sleep(10)
  }
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const ended = once(child, 'exit') as Promise<[number | null]>
  child.kill('SIGTERM')
  return (await ended)[0]
}
