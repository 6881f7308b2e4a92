import closeWithGrace from 'close-with-grace'
import { loadConfig, ROLES } from './shared/config.ts'
import { StartupError } from './shared/errors/startup-error.ts'
import { createLogger } from './shared/observe/logger.ts'
import { SECOND_MS, systemClock } from './shared/time/clock.ts'
import { greeting } from './service/greeting.ts'
import { startService } from './service/start-service.ts'

const DRAIN_MS = 10 * SECOND_MS

const USAGE = `Usage: clipyard [${ROLES.join(' | ')}]`

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof StartupError)) throw error
  process.stderr.write(`Clipyard can't start.\n${error.message}\n`)
  process.exit(1)
}

async function main([name = 'all', ...rest]: string[]): Promise<void> {
  const role = ROLES.find((known) => known === name)
  if (!role || rest.length > 0) throw unknownRole([name, ...rest].join(' '))
  const config = loadConfig(process.env, role)
  const log = createLogger({ level: config.logLevel, pretty: wantsPretty() })
  const service = await startService({ config, clock: systemClock, log })
  closeWithGrace({ delay: DRAIN_MS, logger: false }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'an error that nothing caught; draining')
    else log.info({ signal }, 'draining')
    await service.close()
  })
  process.stdout.write(`${greeting(service)}\n`)
}

function wantsPretty(): boolean {
  return process.stderr.isTTY && process.env['NODE_ENV'] !== 'production'
}

function unknownRole(got: string): StartupError {
  return new StartupError([{ subject: 'command line', expected: `one of ${ROLES.join(', ')}`, got, fix: USAGE }])
}
