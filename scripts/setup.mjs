// Sets up what a fresh clone lacks, before `npm start` and `npm test`. Plain JavaScript without imports from node_modules:
// it runs on the system's Node.js, as old as 20, before anything is installed. All it says goes to stderr.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPackages, packagesAreInPlace, pinnedNodeRuns } from './setup/packages.mjs'
import { installPrograms, missingPrograms } from './setup/programs.mjs'
import { withLock } from './setup/lock.mjs'
import { SetupFailure } from './setup/run.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)

/** Both halves look again once they hold the lock: another set-up may have done the work meanwhile. */
function setUp() {
  if (!packagesAreInPlace(root)) {
    withLock(root, () => packagesAreInPlace(root) || installPackages(root))
  }
  if (missingOnSystem().length > 0) {
    withLock(root, () => installPrograms(process.env, missingOnSystem()))
    const missing = missingOnSystem()
    if (missing.length > 0) throw new SetupFailure(`Still missing after the installation: ${missing.join(', ')}`)
  }
}

const missingOnSystem = () => [...missingPrograms(process.env, args), ...(pinnedNodeRuns(root) ? [] : ['libatomic'])]

try {
  setUp()
} catch (error) {
  if (!(error instanceof SetupFailure)) throw error
  console.error(`clipyard: ${error.message}`)
  process.exitCode = 1
}
