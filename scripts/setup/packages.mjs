import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ask, findProgram, sayAndHear, sayAndRun, SetupFailure } from './run.mjs'

/** Whether node_modules holds what package-lock.json asks for; npm writes its own lock there when an installation is whole. */
export function packagesAreInPlace(root) {
  if (!existsSync(pinnedNode(root))) return false
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const found = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true
    const there = found[path]
    if (there === undefined) return optional === true // made for another platform
    return there.version === version && there.integrity === integrity
  })
}

/** Whether the pinned Node.js starts: a slim system may lack `libatomic`, a library that it needs. */
export const pinnedNodeRuns = (root) => ask([pinnedNode(root), '--version'], process.env) !== undefined

/** Installs exactly what the lock file says, the pinned Node.js (a development dependency) included. */
export function installPackages(root) {
  const env = withoutPinnedNode(process.env, root)
  if (findProgram('npm', env) === undefined) {
    throw new SetupFailure('npm is missing: install Node.js 20 or newer with its npm')
  }
  const ci = sayAndHear(['npm', 'ci', ...OPTIONS], { env, cwd: root })
  if (!ci.succeeded && !(refusesLock(ci.said) && lockMatches(root) && installLocked(root, env))) {
    console.error(ci.said.trim())
    throw new SetupFailure('npm ci failed; its messages stand above')
  }
  if (existsSync(pinnedNode(root))) return
  throw new SetupFailure(
    'npm did not set up the pinned Node.js (are install scripts switched off?): run npm rebuild node --ignore-scripts=false',
  )
}

// `include=dev` stands against NODE_ENV=production; the log level against warnings that the system's Node.js is old.
const OPTIONS = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error']

/**
 * `npm ci` refuses a lock file that leaves out optional packages for other platforms, which a registry that lacks them
 * brings about. Nothing that this platform needs is left open by that, so the same versions are installed, unsaved.
 */
const installLocked = (root, env) => sayAndRun(['npm', 'install', '--no-save', ...OPTIONS], { env, cwd: root })

const refusesLock = (said) => /EUSAGE/.test(said) && /Missing: .* from lock file/.test(said) && !/Invalid: /.test(said)

/** Whether the lock file was made for this package.json: then only optional packages of others can be missing in it. */
function lockMatches(root) {
  const asked = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const locked = packagesOf(join(root, 'package-lock.json'))[''] ?? {}
  return ['dependencies', 'devDependencies'].every((kind) => isDeepStrictEqual(asked[kind] ?? {}, locked[kind] ?? {}))
}

const pinnedNode = (root) => join(root, 'node_modules', '.bin', 'node')

/** npm must not run on the Node.js that it is about to replace, which npm scripts put first on PATH. */
function withoutPinnedNode(env, root) {
  const bin = resolve(root, 'node_modules', '.bin')
  const path = (env.PATH ?? '').split(delimiter).filter((folder) => resolve(root, folder) !== bin)
  const without = { ...env, PATH: path.join(delimiter) }
  return findProgram('node', without) && findProgram('npm', without) ? without : env
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}
