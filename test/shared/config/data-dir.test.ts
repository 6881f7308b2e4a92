import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openDataDir } from '../../../src/shared/config/data-dir.ts'
import { tempDir } from '../../support/temp-dir.ts'

const OWNER = new URL('own-a-data-dir.ts', import.meta.url).pathname

/** Another process that tries to own `path`, says what came of it, and stays until it is killed. */
async function rival(path: string) {
  const child = spawn(process.execPath, [OWNER, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    pid: child.pid,
    said: said.toString().trim(),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

it('makes the folder for its owner alone', async () => {
  await using temp = await tempDir()
  const dir = await openDataDir(join(temp.path, 'new', 'data'))

  expect((await stat(dir.path)).mode & 0o777).toBe(0o700)
  await dir.release()
})

it('names the process that has the folder', async () => {
  await using temp = await tempDir()
  await using other = await rival(temp.path)
  expect(other.said).toBe('owned')

  await expect(openDataDir(temp.path)).rejects.toThrow(`which process ${other.pid} has now`)
})

it('is refused a second time inside one process too', async () => {
  await using temp = await tempDir()
  const dir = await openDataDir(temp.path)

  await expect(openDataDir(temp.path)).rejects.toThrow(/DATA_DIR: expected a folder that no other Clipyard uses/)
  await dir.release()
})

it('can be owned again after a release', async () => {
  await using temp = await tempDir()
  const first = await openDataDir(temp.path)
  await first.release()

  const second = await openDataDir(temp.path)
  expect(second.secrets.apiKey.reveal()).toBe(first.secrets.apiKey.reveal())
  await second.release()
})

it('can be owned at once after a kill -9 of its owner', async () => {
  await using temp = await tempDir()
  {
    await using killed = await rival(temp.path)
    expect(killed.said).toBe('owned')
  }
  expect((await readdir(temp.path)).sort()).toEqual(['owner', 'owner.lock', 'secrets.json'])

  const dir = await openDataDir(temp.path)
  await dir.release()
})

it('goes to exactly one of several that start together', async () => {
  await using temp = await tempDir()
  const path = join(temp.path, 'data')
  const rivals = await Promise.all(Array.from({ length: 4 }, () => rival(path)))

  expect(rivals.filter(({ said }) => said === 'owned')).toHaveLength(1)
  expect(rivals.filter(({ said }) => said.startsWith('DATA_DIR: expected a folder that no other'))).toHaveLength(3)
  for (const one of rivals) await one[Symbol.asyncDispose]()
})

it('says that the folder can not be written', async () => {
  await using temp = await tempDir()
  await writeFile(join(temp.path, 'file'), '')

  await expect(openDataDir(join(temp.path, 'file', 'data'))).rejects.toThrow(
    /DATA_DIR: expected a folder on a local disk that this user may write; got .*ENOTDIR/,
  )
})

it('lets go of the folder when its secrets can not be read', async () => {
  await using temp = await tempDir()
  const secrets = join(temp.path, 'secrets.json')
  await writeFile(secrets, '{"api_key": 1}')
  await expect(openDataDir(temp.path)).rejects.toThrow(`${secrets}: expected the secrets that Clipyard wrote there`)

  await writeFile(secrets, '{}')
  const dir = await openDataDir(temp.path)
  await dir.release()
})
