import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { systemClock } from '../../../src/shared/time/clock.ts'
import { untilGone } from '../process-state.ts'

const START_MS = 30_000

/** No process outlives the one that started it, unless that was killed itself. */
const living = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

/** Has a child end with this process at the latest. */
export function endWithUs(child: ChildProcess): void {
  living.add(child)
  child.once('exit', () => living.delete(child))
}

/** A process of the test's own that may be killed at any moment. */
export class OwnProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #output: string[] = []

  private constructor(child: ChildProcess) {
    this.#child = child
    endWithUs(child)
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (bytes: Buffer) => this.#output.push(bytes.toString()))
  }

  /** Runs a script by the Node.js of the test; resolves once it has said `ready`. */
  static async start(script: string, args: string[], env: Record<string, string>, ready: RegExp): Promise<OwnProcess> {
    const child = spawn(process.execPath, [script, ...args], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const own = new OwnProcess(child)
    const over = AbortSignal.timeout(START_MS)
    while (!ready.test(own.output)) {
      if (own.#ended || over.aborted) {
        child.kill('SIGKILL')
        throw new Error(`${script} did not start:\n${own.output}`)
      }
      await systemClock.sleep(10)
    }
    return own
  }

  /** What it has said on both streams. */
  get output(): string {
    return this.#output.join('')
  }

  /** kill -9; resolves once it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await untilGone(this.#child.pid ?? 0)
  }

  /** As an operator ends it. */
  async stop(): Promise<void> {
    if (this.#ended) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }
}
