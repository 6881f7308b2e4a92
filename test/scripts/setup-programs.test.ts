import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'

const SETUP = new URL('../../scripts/setup.mjs', import.meta.url).pathname
const PROGRAMS = ['redis-server', 'ffmpeg', 'ffprobe']

/** A machine whose PATH holds only stubs; each writes what it was called with into a diary. */
async function machine(options: {
  has?: string[]
  user?: 'root' | 'sudoer' | 'nobody'
  manager?: string
  fails?: string
}) {
  const temp = await tempDir()
  const bin = join(temp.path, 'bin')
  const fonts = join(temp.path, 'fonts')
  const diary = join(temp.path, 'diary')
  await mkdir(bin)
  await mkdir(join(fonts, 'truetype'), { recursive: true })
  const has = options.has ?? []
  const stub = async (name: string, lines: string) => {
    await writeFile(join(bin, name), `#!/bin/sh\n${lines}\n`)
    await chmod(join(bin, name), 0o755)
  }
  for (const name of has.filter((program) => PROGRAMS.includes(program))) await stub(name, 'exit 0')
  if (has.includes('font')) await writeFile(join(fonts, 'truetype', 'Some.ttf'), '')
  await stub('id', `echo ${options.user === 'root' ? 0 : 1000}`)
  await stub('env', 'while case "$1" in *=*) true ;; *) false ;; esac; do shift; done; "$@"')
  const sudo =
    options.user === 'sudoer' ? 'shift; [ "$1" = true ] && exit 0; echo "sudo $*" >> "$DIARY"; "$@"' : 'exit 1'
  if (options.user !== 'nobody') await stub('sudo', sudo)
  const makeAll = [
    ...PROGRAMS.map((name) => `printf '#!/bin/sh\\n' > ${bin}/${name}; /bin/chmod 755 ${bin}/${name}`),
    `: > ${fonts}/A.ttf`,
  ]
  const installs = `case "$*" in *${options.fails ?? 'never'}*) exit 1 ;; *install*|*add*|*-S*) ${makeAll.join('; ')} ;; esac`
  if (options.manager) await stub(options.manager, `echo "${options.manager} $*" >> "$DIARY"; ${installs}`)

  return {
    setUp(args: string[] = [], env: Record<string, string> = {}) {
      const { status, stderr, stdout } = spawnSync(process.execPath, [SETUP, ...args], {
        env: { PATH: bin, DIARY: diary, CLIPYARD_FONT_FOLDERS: fonts, HOME: temp.path, TMPDIR: temp.path, ...env },
        encoding: 'utf8',
      })
      expect(stdout).toBe('')
      return { status, said: stderr.trim().split('\n').filter(Boolean) }
    },
    commands: async () => (await readFile(diary, 'utf8').catch(() => '')).trim().split('\n').filter(Boolean),
    [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose](),
  }
}

const APT_LINE =
  'apt-get update && sudo apt-get install -y --no-install-recommends redis-server ffmpeg fonts-dejavu-core'

it('says and does nothing where everything is in place', async () => {
  await using t = await machine({ has: [...PROGRAMS, 'font'], user: 'root', manager: 'apt-get' })

  expect(t.setUp()).toEqual({ status: 0, said: [] })
  expect(await t.commands()).toEqual([])
})

it('says the commands and runs them as root', async () => {
  await using t = await machine({ user: 'root', manager: 'apt-get' })
  const { status, said } = t.setUp()

  expect(status).toBe(0)
  expect(said).toEqual([
    'clipyard: $ env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 update',
    'clipyard: $ env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends redis-server ffmpeg fonts-dejavu-core',
  ])
  expect(await t.commands()).toEqual(
    said.map((line) => line.replace('clipyard: $ env DEBIAN_FRONTEND=noninteractive ', '')),
  )
})

it('runs them with sudo where that asks for no password', async () => {
  await using t = await machine({ user: 'sudoer', manager: 'apt-get', has: ['redis-server', 'font'] })
  const { status, said } = t.setUp()

  expect(status).toBe(0)
  expect(said.at(-1)).toMatch(/^clipyard: \$ sudo -n env .*apt-get .*install .* ffmpeg$/)
  expect(await t.commands()).toContainEqual(expect.stringMatching(/^sudo env .*apt-get .*install .* ffmpeg$/))
})

it('names in one line what is missing and what to run where sudo asks for a password', async () => {
  await using t = await machine({ manager: 'apt-get' })
  const { status, said } = t.setUp()

  expect(status).toBe(1)
  expect(said).toEqual([`clipyard: missing: redis-server, ffmpeg, font; run: sudo ${APT_LINE}`])
  expect(await t.commands()).toEqual([])
})

it('names in one line what to run as root where there is no sudo', async () => {
  await using t = await machine({ manager: 'apk', user: 'nobody', has: ['redis-server'] })

  expect(t.setUp()).toEqual({
    status: 1,
    said: ['clipyard: missing: ffmpeg, font; run as root: apk add --no-cache ffmpeg font-dejavu'],
  })
})

it('installs nothing with CLIPYARD_NO_INSTALL=1, whatever the rights', async () => {
  await using t = await machine({ user: 'root', manager: 'apt-get' })
  const { status, said } = t.setUp([], { CLIPYARD_NO_INSTALL: '1' })

  expect(status).toBe(1)
  expect(said).toEqual([`clipyard: missing: redis-server, ffmpeg, font; run: ${APT_LINE.replace('sudo ', '')}`])
  expect(await t.commands()).toEqual([])
})

it('names in one line what is missing where no package manager is known', async () => {
  await using t = await machine({ user: 'root' })
  const { status, said } = t.setUp()

  expect(status).toBe(1)
  expect(said).toHaveLength(1)
  expect(said[0]).toMatch(/missing: redis-server, ffmpeg, font; no package manager/)
})

it('fails and says what to do when the installation fails', async () => {
  await using t = await machine({ user: 'root', manager: 'apt-get', fails: 'install' })
  const { status, said } = t.setUp()

  expect(status).toBe(1)
  expect(said.at(-1)).toMatch(
    /could not install redis-server, ffmpeg, font; mend what stands above, or run: apt-get update &&/,
  )
})

it('installs even if the package lists could not be updated', async () => {
  await using t = await machine({ user: 'root', manager: 'apt-get', fails: 'update' })

  expect(t.setUp().status).toBe(0)
})

it.each(['dnf', 'yum', 'apk', 'pacman', 'zypper', 'brew'])('knows %s', async (manager) => {
  await using t = await machine({ user: 'root', manager })
  const { status } = t.setUp()

  expect(status).toBe(0)
  expect(await t.commands()).toEqual([expect.stringMatching(new RegExp(`^${manager} .*redis ffmpeg.* .*dejavu`))])
})

it('needs no redis-server where a Redis is given, or for a role that has none of its own', async () => {
  await using t = await machine({ has: ['ffmpeg', 'ffprobe', 'font'] })

  expect(t.setUp([], { REDIS_URL: 'redis://elsewhere' }).status).toBe(0)
  for (const role of ['api', 'worker', 'engine']) expect(t.setUp([role]).status).toBe(0)
  expect(t.setUp(['all']).status).toBe(1)
})

it('needs a redis-server for the tests in any case', async () => {
  await using t = await machine({ has: ['ffmpeg', 'ffprobe', 'font'] })

  expect(t.setUp(['--for-tests'], { REDIS_URL: 'redis://elsewhere' }).status).toBe(1)
})

it('counts ffmpeg without ffprobe as missing', async () => {
  await using t = await machine({ has: ['redis-server', 'ffmpeg', 'font'], manager: 'apt-get', user: 'nobody' })

  expect(t.setUp().said[0]).toMatch(/missing: ffmpeg; run as root/)
})
