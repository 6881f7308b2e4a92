import { loadConfig } from '../shared/config.ts'
import { StartupError } from '../shared/errors/startup-error.ts'
import { createLogger } from '../shared/observe/logger.ts'
import { systemClock } from '../shared/time/clock.ts'
import { commandOf, USAGE } from './job/command.ts'
import { runJob } from './job/run-job.ts'
import { showJob } from './job/show-job.ts'
import { paintFor } from './terminal/paint.ts'

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof StartupError)) throw error
  process.stderr.write(`The job can't be looked at.\n${error.message}\n`)
  process.exitCode = 1
}

/** @returns the exit code: 0 when the story was told, or the job has succeeded. */
async function main(args: string[]): Promise<number> {
  const command = commandOf(args)
  if (typeof command === 'string') {
    process.stderr.write(`${command}\n${USAGE}\n`)
    return 1
  }
  const stopped = new AbortController()
  // Not once: npm hands the terminal's Ctrl-C on, and the second of the two would cut the hand-back short.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopped.abort())
  const deps = {
    config: loadConfig(process.env),
    clock: systemClock,
    log: createLogger({ level: 'error', pretty: false }),
    paint: paintFor(process.stdout),
    write: (text: string) => void process.stdout.write(`${text}\n`),
    signal: stopped.signal,
  }
  return command.run ? runJob(deps, command.id) : showJob(deps, command.id)
}
