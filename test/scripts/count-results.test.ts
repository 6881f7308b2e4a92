import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'

const COUNT = new URL('../../scripts/count-results.mjs', import.meta.url).pathname
const GATES = { passed: 4, failed: 0 }

async function count(tests: unknown, exits: { tests?: number; gates?: number } = {}, gates: unknown = GATES) {
  await using temp = await tempDir()
  const files = [join(temp.path, 'tests.json'), join(temp.path, 'gates.json')] as const
  if (tests !== null) await writeFile(files[0], JSON.stringify(tests))
  if (gates !== null) await writeFile(files[1], JSON.stringify(gates))
  const args = [files[0], String(exits.tests ?? 0), files[1], String(exits.gates ?? 0)]
  const { status, stdout } = spawnSync(process.execPath, [COUNT, ...args], { encoding: 'utf8' })
  return { status, said: stdout.trimEnd() }
}

const aRun = { numPassedTests: 10, numFailedTests: 0, testResults: [] }

it('counts tests and gates together', async () => {
  expect(await count(aRun)).toEqual({ status: 0, said: '14 passed, 0 failed' })
})

it('counts failed tests and failed gates', async () => {
  const failed = await count({ ...aRun, numFailedTests: 2 }, { tests: 1, gates: 1 }, { passed: 3, failed: 1 })

  expect(failed).toEqual({ status: 1, said: '13 passed, 3 failed' })
})

it('counts a file that could not be loaded as a failure', async () => {
  const broken = { ...aRun, testResults: [{ status: 'failed', assertionResults: [] }] }

  expect(await count(broken, { tests: 1 })).toEqual({ status: 1, said: '14 passed, 1 failed' })
})

it('fails a run that ended badly though no test failed', async () => {
  expect(await count(aRun, { tests: 124 })).toEqual({ status: 1, said: '14 passed, 1 failed' })
})

it('fails a run of no tests', async () => {
  expect(await count({ ...aRun, numPassedTests: 0 })).toEqual({ status: 1, said: '4 passed, 1 failed' })
})

it('fails a run without a report', async () => {
  expect(await count(null, {}, null)).toEqual({ status: 1, said: '0 passed, 2 failed' })
})
