import { spawnSync } from 'node:child_process'
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'

const SCRIPTS = new URL('../../scripts', import.meta.url).pathname
const LOCKED = { version: '1.2.3', integrity: 'sha512-abc' }

/** A checkout with one dependency, on a machine whose `npm` is a stub that runs these lines of shell. */
async function checkout(npm: string, options: { locked?: string } = {}) {
  const temp = await tempDir()
  const root = join(temp.path, 'checkout')
  const bin = join(temp.path, 'bin')
  const put = (file: string, content: unknown) => writeFile(join(root, file), JSON.stringify(content))
  await cp(SCRIPTS, join(root, 'scripts'), { recursive: true })
  await mkdir(bin)
  await put('package.json', { type: 'module', dependencies: { one: '1.2.3' } })
  await put('package-lock.json', {
    packages: {
      '': { dependencies: { one: options.locked ?? '1.2.3' } },
      'node_modules/one': LOCKED,
      'node_modules/one-for-others': { ...LOCKED, optional: true },
    },
  })
  await put('installed.json', { packages: { 'node_modules/one': LOCKED } })
  const stub = async (name: string, lines: string) => {
    await writeFile(join(bin, name), `#!/bin/sh\n${lines}\n`)
    await chmod(join(bin, name), 0o755)
  }
  const install =
    'mkdir -p node_modules/.bin; printf "#!/bin/sh\\n" > node_modules/.bin/node; chmod +x node_modules/.bin/node; cp installed.json node_modules/.package-lock.json'
  await stub('npm', `echo "npm $*" >> diary; install() { ${install}; }; ${npm}`)
  for (const name of ['redis-server', 'ffmpeg', 'ffprobe']) await stub(name, '')
  await writeFile(join(bin, 'A.ttf'), '')

  const env = { PATH: `${bin}:/usr/bin:/bin`, CLIPYARD_FONT_FOLDERS: bin, TMPDIR: temp.path, CLIPYARD_NO_INSTALL: '1' }
  return {
    root,
    put,
    setUp() {
      const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/setup.mjs')], {
        env,
        encoding: 'utf8',
      })
      return { status, said: stderr.trim().split('\n').filter(Boolean) }
    },
    commands: async () =>
      (await readFile(join(root, 'diary'), 'utf8').catch(() => '')).trim().split('\n').filter(Boolean),
    [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose](),
  }
}

const CI = 'npm ci --include=dev --no-audit --no-fund --loglevel=error'
const INSTALL = CI.replace('ci', 'install --no-save')
const INCOMPLETE =
  'echo "npm error code EUSAGE" >&2; echo "npm error Missing: one-for-others@ from lock file" >&2; exit 1'

it('installs the locked packages once, and not again while they are in place', async () => {
  await using t = await checkout('install')

  expect(t.setUp()).toEqual({ status: 0, said: [`clipyard: $ ${CI}`] })
  expect(t.setUp()).toEqual({ status: 0, said: [] })
  expect(await t.commands()).toEqual([CI])
})

it('installs again when the lock file asks for another version', async () => {
  await using t = await checkout('install')
  t.setUp()
  const newer = { 'node_modules/one': { ...LOCKED, version: '1.2.4' } }
  await t.put('package-lock.json', { packages: newer })
  await t.put('installed.json', { packages: newer })

  expect(t.setUp().status).toBe(0)
  expect(await t.commands()).toEqual([CI, CI])
})

it('shows why npm failed and says so in its last line', async () => {
  await using t = await checkout('echo "npm error no network" >&2; exit 1')
  const { status, said } = t.setUp()

  expect(status).toBe(1)
  expect(said.slice(-2)).toEqual(['npm error no network', 'clipyard: npm ci failed; its messages stand above'])
})

it('goes on where the lock file only lacks packages of other platforms', async () => {
  await using t = await checkout(`if [ "$1" = ci ]; then ${INCOMPLETE}; fi; install`)

  expect(t.setUp()).toEqual({ status: 0, said: [`clipyard: $ ${CI}`, `clipyard: $ ${INSTALL}`] })
})

it('does not go round a lock file that was made for another package.json', async () => {
  await using t = await checkout(`if [ "$1" = ci ]; then ${INCOMPLETE}; fi; install`, { locked: '1.0.0' })

  expect(t.setUp().status).toBe(1)
  expect(await t.commands()).toEqual([CI])
})

it('says what to run where install scripts are switched off', async () => {
  await using t = await checkout('exit 0')
  const { status, said } = t.setUp()

  expect(status).toBe(1)
  expect(said.at(-1)).toMatch(/did not set up the pinned Node.js .*: run npm rebuild node --ignore-scripts=false/)
})

it('takes the lock of a set-up that was killed', async () => {
  await using t = await checkout('kill -9 $PPID; install')
  expect(t.setUp().status).toBe(null)
  await t.put('package.json', { type: 'module', dependencies: { one: '1.2.3' } })

  await writeFile(
    join(t.root, '../bin/npm'),
    '#!/bin/sh\nmkdir -p node_modules/.bin; printf "#!/bin/sh\\n" > node_modules/.bin/node; chmod +x node_modules/.bin/node; cp installed.json node_modules/.package-lock.json\n',
  )
  expect(t.setUp().status).toBe(0)
})

it('names the library that the pinned Node.js lacks where it does not start', async () => {
  await using t = await checkout(
    'mkdir -p node_modules/.bin; printf "#!/bin/sh\\nexit 127\\n" > node_modules/.bin/node; chmod +x node_modules/.bin/node; cp installed.json node_modules/.package-lock.json',
  )
  const { status, said } = t.setUp()
  expect(status).toBe(1)
  expect(said.at(-1)).toContain('missing: libatomic; ')
})
