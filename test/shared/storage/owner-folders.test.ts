import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { FileStorage } from '../../../src/shared/storage/file-storage.ts'
import { tempDir } from '../../support/temp-dir.ts'

async function setup(owners: string[] = []) {
  const folder = await tempDir()
  const storage = new FileStorage(folder.path)
  for (const owner of owners) await storage.write(`${owner}/input-0`, Readable.from([Buffer.from('clip')]))
  return { storage, path: folder.path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

it('lists each owner once, in portions, and none of what lies beside', async () => {
  const owners = Array.from({ length: 25 }, (_, n) => `job_${n}${n % 3}`)
  await using t = await setup(owners)
  await mkdir(join(t.path, 'lost+found'))
  await writeFile(join(t.path, 'note'), '')

  const seen: string[][] = []
  for (let after: string | null = null, more = true; more; more = after !== null) {
    const found = await t.storage.listOwners(after, 4)
    seen.push(found.owners.map(({ owner }) => owner))
    after = found.next
  }

  expect(seen.flat().toSorted()).toEqual(owners.toSorted())
  expect(seen.slice(0, -1).every((portion) => portion.length === 4)).toBe(true)
})

it('goes on behind an owner that was removed meanwhile', async () => {
  await using t = await setup(['job_a1', 'job_b1', 'job_c1'])
  const first = await t.storage.listOwners(null, 2)
  await t.storage.removeOwner('job_b1')

  expect(first.next).toBe('job_b1')
  expect((await t.storage.listOwners(first.next, 2)).owners.map(({ owner }) => owner)).toEqual(['job_c1'])
})

it('says when the last of an owner’s files came', async () => {
  await using t = await setup(['job_a1'])
  await utimes(join(t.path, 'a1', 'job_a1'), 1_000, 1_000)
  expect((await t.storage.listOwners(null, 1)).owners).toEqual([{ owner: 'job_a1', changedAt: 1_000_000 }])

  await t.storage.write('job_a1/input-1', Readable.from([Buffer.from('clip')]))
  expect((await t.storage.listOwners(null, 1)).owners[0]?.changedAt).toBeGreaterThan(1_000_000)
})

it('has nothing to list or remove in a storage that nobody has written to', async () => {
  await using t = await setup()
  expect(await t.storage.listOwners(null, 10)).toEqual({ owners: [], next: null })
  expect(await t.storage.filesOf('job_a1')).toEqual([])
  expect(await t.storage.removeBrokenWrites(Date.now())).toBe(0)
})

it('tells the files of an owner with their sizes', async () => {
  await using t = await setup(['job_a1'])
  await t.storage.write('job_a1/output.mp4', Readable.from([Buffer.from('a video')]))
  expect(await t.storage.filesOf('job_a1')).toEqual([
    { name: 'input-0', bytes: 4 },
    { name: 'output.mp4', bytes: 7 },
  ])
})
