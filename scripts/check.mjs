// The fast gate: format, lint, types, dead code, the proof that lint rules bite, and unit tests, side by side. `--only=lint,types` picks some,
// `--report=<file>` writes the counts as JSON.
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')
const option = (name) => process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3)

const GATES = {
  format: ['oxfmt', '--check'],
  lint: ['oxlint', '--deny-warnings', '--report-unused-disable-directives'],
  types: ['tsc', '--pretty', 'false'],
  'page types': ['tsc', '-p', 'web', '--pretty', 'false'],
  'dead code': ['knip', '--no-progress'],
  'lint rules': ['../../scripts/prove-lint-rules.mjs'],
  'unit tests': ['vitest', 'run', '--project=unit'],
}

/** A gate that hangs (a test that spins can't be interrupted from within) must fail, not hold up the others. */
const LIMIT_MS = 180_000

/** One gate's outcome; its output is shown only if it failed. */
function runGate([name, [tool, ...args]]) {
  const startedAt = performance.now()
  const env = { ...process.env, FORCE_COLOR: '0' }
  const child = spawn(join(bin, 'node'), [join(bin, tool), ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = []
  const limit = setTimeout(() => {
    output.push(Buffer.from(`\ngiven up after ${LIMIT_MS / 1_000} s`))
    child.kill('SIGKILL')
  }, LIMIT_MS)
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk))
  return new Promise((resolve) => {
    child.on('error', (error) => output.push(Buffer.from(error.message)))
    child.on('close', (code) => {
      clearTimeout(limit)
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
      resolve({ name, passed: code === 0, output: Buffer.concat(output).toString().trim() })
    })
  })
}

async function check() {
  const only = option('only')?.split(',')
  const gates = Object.entries(GATES).filter(([name]) => !only || only.includes(name))
  const results = await Promise.all(gates.map(runGate))
  for (const { name, output } of results.filter(({ passed }) => !passed)) console.log(`\n${name}:\n${output}`)
  const passed = results.filter((result) => result.passed).length
  const report = option('report')
  if (report) writeFileSync(report, JSON.stringify({ passed, failed: results.length - passed }))
  return results.length > 0 && passed === results.length
}

if (!existsSync(join(bin, 'node'))) {
  console.error('clipyard: nothing is installed yet: run npm test, or npm ci')
  process.exitCode = 1
} else if (!(await check())) {
  process.exitCode = 1
}
