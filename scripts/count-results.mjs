// Prints `N passed, N failed` for a run's tests and gates: count-results.mjs <tests.json> <exit code> <gates.json> <exit code>
import { readFileSync } from 'node:fs'

const [testsFile, testsExit, gatesFile, gatesExit] = process.argv.slice(2)

/** A report that is missing or half-written counts as nothing passed. */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}

/** A non-zero exit without a failed test (a file that can't be loaded, an unhandled error, a time-out) is a failure too. */
function count(passed, failed, exit) {
  return { passed, failed: failed === 0 && (exit !== '0' || passed === 0) ? 1 : failed }
}

const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = read(testsFile)
const broken = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
)
const tests = count(numPassedTests, numFailedTests + broken.length, testsExit)
const { passed = 0, failed = 0 } = read(gatesFile)
const gates = count(passed, failed, gatesExit)

const total = { passed: tests.passed + gates.passed, failed: tests.failed + gates.failed }
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1
