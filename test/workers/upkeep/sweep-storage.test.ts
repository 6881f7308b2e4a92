import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { ulid } from 'ulid'
import { expect, it } from 'vitest'
import { FIRST_TENANT, newJobId } from '../../../src/shared/jobs/ids.ts'
import { DAY_MS, HOUR_MS } from '../../../src/shared/time/clock.ts'
import { sweepStorage } from '../../../src/workers/upkeep/sweep-storage.ts'
import { upkeepWorld } from './upkeep-world.ts'

const ALL = { atMost: 100 }

const leftBehind = async (t: Awaited<ReturnType<typeof upkeepWorld>>, owner: string = newJobId()) => {
  await t.storage.write(`${owner}/input-0`, Readable.from([Buffer.from('clip')]))
  return owner
}

it('removes the files of jobs that were never accepted, a day after the last of them came', async () => {
  await using t = await upkeepWorld()
  const orphan = await leftBehind(t)
  const job = await t.accept()

  await t.clock.advance(DAY_MS - HOUR_MS)
  expect(await sweepStorage(t, ALL)).toEqual([])
  await t.clock.advance(2 * HOUR_MS)
  expect(await sweepStorage(t, ALL)).toEqual([orphan])

  expect(await t.storage.filesOf(orphan)).toEqual([])
  expect(await t.storage.filesOf(job.id)).toHaveLength(1)
})

it('goes on where it was, so many at a time, and begins again at the end', async () => {
  await using t = await upkeepWorld()
  const orphans = await Promise.all(Array.from({ length: 7 }, () => leftBehind(t)))
  await t.clock.advance(2 * DAY_MS)

  const turns = []
  for (let turn = 0; turn < 4; turn += 1) turns.push(await sweepStorage(t, { atMost: 2 }))

  expect(turns.map((gone) => gone.length)).toEqual([2, 2, 2, 1])
  expect(turns.flat().toSorted()).toEqual(orphans.toSorted())
  await leftBehind(t)
  expect(await sweepStorage(t, { atMost: 2, ageMs: -HOUR_MS })).toHaveLength(1)
})

it('leaves what this Redis can not know: older files, and owners that are no jobs', async () => {
  await using t = await upkeepWorld()
  const older = await leftBehind(t, `job_${ulid(t.clock.now() - 2 * DAY_MS)}`)
  const upload = await leftBehind(t, `upl_${ulid()}`)
  await t.clock.advance(2 * DAY_MS)

  expect(await sweepStorage(t, ALL)).toEqual([])
  expect(await t.storage.filesOf(older)).toHaveLength(1)
  expect(await t.storage.filesOf(upload)).toHaveLength(1)
})

it('removes nothing at all where Redis has lost what it knew', async () => {
  await using t = await upkeepWorld()
  const job = await t.accept()
  await t.redis.del(t.keys.job(job.id), t.keys.tenant(FIRST_TENANT))
  await t.clock.advance(2 * DAY_MS)

  expect(await sweepStorage(t, ALL)).toEqual([])
  expect(await t.storage.filesOf(job.id)).toHaveLength(1)
})

it('removes writes that broke off, and not those that are at work', async () => {
  await using t = await upkeepWorld()
  await t.accept() // makes the folder
  const drafts = join(t.folder, 'tmp')
  await writeFile(join(drafts, 'broken'), 'half')
  await writeFile(join(drafts, 'running'), 'half')
  await t.clock.advance(2 * DAY_MS)
  await utimes(join(drafts, 'running'), t.clock.now() / 1_000, t.clock.now() / 1_000)

  await sweepStorage(t, ALL)

  expect(await readdir(drafts)).toEqual(['running'])
})
