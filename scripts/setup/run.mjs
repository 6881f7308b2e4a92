import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Something that a person must do; its message is one line that says what. */
export class SetupFailure extends Error {}

/** The program's file on PATH, or undefined. */
export function findProgram(name, env) {
  const files = (env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
  return files.find(isExecutable)
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** Says the command, runs it with its output on stderr, and returns whether it succeeded. */
export function sayAndRun(command, { env, cwd }) {
  console.error(`clipyard: $ ${command.join(' ')}`)
  return spawnSync(command[0], command.slice(1), { env, cwd, stdio: ['ignore', 2, 2] }).status === 0
}

/** Says the command, runs it, and returns what it complained of instead of showing it. */
export function sayAndHear(command, { env, cwd }) {
  console.error(`clipyard: $ ${command.join(' ')}`)
  const { status, stderr } = spawnSync(command[0], command.slice(1), { env, cwd, stdio: ['ignore', 2, 'pipe'] })
  return { succeeded: status === 0, said: stderr.toString() }
}

/** What a command prints, or undefined if it fails. */
export function ask(command, env) {
  const { status, stdout } = spawnSync(command[0], command.slice(1), { env, stdio: ['ignore', 'pipe', 'ignore'] })
  return status === 0 ? stdout.toString().trim() : undefined
}
