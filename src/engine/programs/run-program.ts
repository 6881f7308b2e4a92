import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** What a program left behind. `lastWords` is the end of its stderr. */
export interface ProgramEnd {
  exitCode: number | null
  lastWords: string
}

interface ProgramOptions {
  signal?: AbortSignal | undefined
  cwd?: string
  timeoutMs?: number
  /** Reads stdout while the program runs; without it stdout is thrown away. */
  read?: (stdout: Readable) => Promise<void>
}

const KEPT_STDERR_CHARACTERS = 4_000

/**
 * Runs a program with an argument list, never through a shell. It is killed at the signal's abort, which rejects with
 * its reason, and at the timeout, which ends with `exitCode: null`.
 */
export async function runProgram(program: string, args: string[], options: ProgramOptions = {}): Promise<ProgramEnd> {
  const { signal, timeoutMs, read } = options
  signal?.throwIfAborted()
  const child = spawn(program, args, {
    cwd: options.cwd,
    stdio: ['ignore', read ? 'pipe' : 'ignore', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  const kill = () => void child.kill('SIGKILL')
  signal?.addEventListener('abort', kill, { once: true })
  const stderr = tail(child.stderr)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const reading = read && child.stdout ? read(child.stdout).catch(killAndThrow(kill)) : Promise.resolve()
  try {
    const [exitCode] = await Promise.all([ended, reading])
    return { exitCode, lastWords: stderr.text() }
  } finally {
    signal?.removeEventListener('abort', kill)
    signal?.throwIfAborted()
  }
}

/** Runs a program whose stdout is small enough to be held as text. */
export async function readProgram(
  program: string,
  args: string[],
  options: Omit<ProgramOptions, 'read'> = {},
): Promise<ProgramEnd & { stdout: string }> {
  const chunks: Buffer[] = []
  const read = async (stdout: Readable) => {
    for await (const chunk of stdout) chunks.push(chunk as Buffer)
  }
  const end = await runProgram(program, args, { ...options, read })
  return { ...end, stdout: Buffer.concat(chunks).toString('utf8') }
}

const killAndThrow = (kill: () => void) => (error: unknown) => {
  kill()
  throw error
}

function tail(stream: Readable | null) {
  let kept = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (text: string) => {
    kept = (kept + text).slice(-KEPT_STDERR_CHARACTERS)
  })
  return { text: () => kept.trim() }
}
