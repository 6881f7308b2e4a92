import { loadConfig } from '../shared/config.ts'
import { StartupError } from '../shared/errors/startup-error.ts'
import { createLogger } from '../shared/observe/logger.ts'
import { systemClock } from '../shared/time/clock.ts'
import { audit } from './audit/audit.ts'
import { tellFindings } from './audit/tell-findings.ts'
import { reachStore } from './reach-store.ts'
import { paintFor } from './terminal/paint.ts'

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof StartupError)) throw error
  process.stderr.write(`There is nothing to audit.\n${error.message}\n`)
  process.exitCode = 1
}

/** @returns the exit code: 1 if there is any fault. */
async function main(): Promise<number> {
  await using opened = new AsyncDisposableStack()
  const config = loadConfig(process.env)
  const log = createLogger({ level: 'error', pretty: false })
  const store = await reachStore({ config, clock: systemClock, log }, opened)
  const found = await audit({ ...store, namespace: 'clipyard' })
  process.stdout.write(`${tellFindings(found, paintFor(process.stdout))}\n`)
  return found.faults.length === 0 ? 0 : 1
}
