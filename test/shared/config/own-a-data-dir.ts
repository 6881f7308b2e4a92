import { openDataDir } from '../../../src/shared/config/data-dir.ts'

const said = await openDataDir(process.argv[2] ?? '').then(
  () => 'owned',
  (error: Error) => error.message,
)
process.stdout.write(`${said}\n`)
// Stays, owner or not, until the test is done with it or has died.
process.stdin.resume()
