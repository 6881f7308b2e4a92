import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ask, findProgram, sayAndRun, SetupFailure } from './run.mjs'

/** How each package manager updates its lists and installs, and what it calls our programs. The first one found is used. */
const MANAGERS = [
  {
    program: 'apt-get',
    // A machine that has just been started often updates itself, with apt's lock in hand.
    unattended: ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=300'],
    update: ['apt-get', 'update'],
    install: ['apt-get', 'install', '-y', '--no-install-recommends'],
    names: { 'redis-server': 'redis-server', ffmpeg: 'ffmpeg', font: 'fonts-dejavu-core', libatomic: 'libatomic1' },
  },
  {
    program: 'dnf',
    install: ['dnf', 'install', '-y'],
    names: { 'redis-server': 'redis', ffmpeg: 'ffmpeg-free', font: 'dejavu-sans-fonts', libatomic: 'libatomic' },
  },
  {
    program: 'yum',
    install: ['yum', 'install', '-y'],
    names: { 'redis-server': 'redis', ffmpeg: 'ffmpeg', font: 'dejavu-sans-fonts', libatomic: 'libatomic' },
  },
  {
    program: 'apk',
    install: ['apk', 'add', '--no-cache'],
    names: { 'redis-server': 'redis', ffmpeg: 'ffmpeg', font: 'font-dejavu', libatomic: 'libatomic' },
  },
  {
    program: 'pacman',
    install: ['pacman', '-Sy', '--noconfirm', '--needed'],
    names: { 'redis-server': 'redis', ffmpeg: 'ffmpeg', font: 'ttf-dejavu', libatomic: 'gcc-libs' },
  },
  {
    program: 'zypper',
    install: ['zypper', '--non-interactive', 'install'],
    names: { 'redis-server': 'redis', ffmpeg: 'ffmpeg', font: 'dejavu-fonts', libatomic: 'libatomic1' },
  },
  {
    program: 'brew',
    ownUser: true, // it refuses to run as root
    install: ['brew', 'install'],
    names: { 'redis-server': 'redis', ffmpeg: 'ffmpeg', font: 'font-dejavu', libatomic: 'gcc' },
  },
]

/** Roles that reach a Redis of the fleet, or none. */
const WITHOUT_OWN_REDIS = ['api', 'worker', 'engine']

/** What the machine lacks for this start: `redis-server`, `ffmpeg` (with `ffprobe`), `font`. */
export function missingPrograms(env, args) {
  const forTests = args.includes('--for-tests')
  const ownRedis = forTests || (!env.REDIS_URL?.trim() && !args.some((arg) => WITHOUT_OWN_REDIS.includes(arg)))
  const missing = []
  if (ownRedis && !findProgram('redis-server', env)) missing.push('redis-server')
  if (!findProgram('ffmpeg', env) || !findProgram('ffprobe', env)) missing.push('ffmpeg')
  if (!fontFolders(env).some(holdsFont)) missing.push('font')
  return missing
}

/** Installs them where it may, saying each command first; else throws the one line that names them and the command to run. */
export function installPrograms(env, missing) {
  if (missing.length === 0) return
  const manager = MANAGERS.find(({ program }) => findProgram(program, env))
  if (manager === undefined) {
    throw new SetupFailure(
      `missing: ${missing.join(', ')}; no package manager that is known here, so install them by hand`,
    )
  }
  const { prefix, byHand } = rights(manager, env)
  const install = [...manager.install, ...missing.map((name) => manager.names[name])]
  const steps = manager.update ? [manager.update, install] : [install]
  if (env.CLIPYARD_NO_INSTALL === '1' || prefix === undefined) {
    throw new SetupFailure(`missing: ${missing.join(', ')}; ${inWords(steps, byHand)}`)
  }
  // A list that could not be updated may still do, so only the last step, the installation, decides.
  const succeeded = steps.map(([program, ...rest]) =>
    sayAndRun([...prefix, ...(manager.unattended ?? [program]), ...rest], { env }),
  )
  if (succeeded.at(-1)) return
  throw new SetupFailure(
    `could not install ${missing.join(', ')}; mend what stands above, or ${inWords(steps, byHand)}`,
  )
}

const inWords = (steps, byHand) =>
  `run${byHand ? '' : ' as root'}: ${steps.map((step) => [...(byHand ?? []), ...step].join(' ')).join(' && ')}`

/** What stands before a command to run it now (undefined: it can't be), and before what a person types (undefined: as root). */
function rights(manager, env) {
  if (manager.ownUser || ask(['id', '-u'], env) === '0') return { prefix: [], byHand: [] }
  if (!findProgram('sudo', env)) return { prefix: undefined, byHand: undefined }
  return { prefix: ask(['sudo', '-n', 'true'], env) === undefined ? undefined : ['sudo', '-n'], byHand: ['sudo'] }
}

/** CLIPYARD_FONT_FOLDERS names others, for a machine that keeps its fonts elsewhere. */
const fontFolders = (env) =>
  env.CLIPYARD_FONT_FOLDERS?.split(':') ?? [
    '/usr/share/fonts',
    '/usr/local/share/fonts',
    '/System/Library/Fonts',
    '/Library/Fonts',
    '/opt/homebrew/share/fonts',
    '/run/current-system/sw/share/X11/fonts',
    join(homedir(), '.fonts'),
    join(homedir(), '.local/share/fonts'),
  ]

function holdsFont(folder) {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    if (entries.some((entry) => /\.(ttf|otf|ttc)$/i.test(entry.name))) return true
    return entries.some((entry) => entry.isDirectory() && holdsFont(join(folder, entry.name)))
  } catch {
    return false
  }
}
