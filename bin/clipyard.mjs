#!/usr/bin/env node
// `clipyard [all | api | worker | engine]`: the service on the Node.js that it is made for, whichever one runs this file.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const pinned = join(root, 'node_modules', '.bin', 'node')
const isNewEnough = Number(process.versions.node.split('.')[0]) >= 26

if (!existsSync(pinned) && !isNewEnough) {
  process.stderr.write(`clipyard: the pinned Node.js is not set up: run node ${join(root, 'scripts', 'setup.mjs')}\n`)
  process.exitCode = 1
} else {
  const program = existsSync(pinned) ? pinned : process.execPath
  const child = spawn(program, [join(root, 'src', 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // The terminal sends Ctrl-C to both; a second one would cut the child's drain short.
  process.on('SIGINT', () => {})
  child.on('error', (error) => {
    process.stderr.write(`clipyard: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
  })
}
