import { expect, it } from 'vitest'
import { ulid } from 'ulid'
import { Readable } from 'node:stream'
import { DAY_MS, MINUTE_MS } from '../../../src/shared/time/clock.ts'
import { startUpkeep } from '../../../src/workers/upkeep/upkeep.ts'
import { upkeepWorld } from './upkeep-world.ts'

it('removes what has expired and what was left behind, without being asked', async () => {
  await using t = await upkeepWorld()
  const job = await t.ended()
  const orphan = `job_${ulid()}`
  await t.storage.write(`${orphan}/input-0`, Readable.from([Buffer.from('clip')]))
  await t.clock.advance(31 * DAY_MS)

  const upkeep = startUpkeep(t)
  await t.spy.reached(/never accepted/)
  await t.clock.sleeping(4) // each duty has had its first turn
  await upkeep.close()

  expect(await t.jobs.find(job.id)).toBeNull()
  expect(await t.storage.filesOf(orphan)).toEqual([])
})

it('does what one worker of a cell has just done not again in another', async () => {
  await using t = await upkeepWorld()
  const first = startUpkeep(t)
  await t.clock.sleeping(4)
  await first.close()
  const job = await t.ended({}, { keptMs: 1 })
  await t.clock.advance(MINUTE_MS)

  const second = startUpkeep(t)
  await t.clock.sleeping(4)
  await second.close()

  expect(await t.jobs.find(job.id)).not.toBeNull()
})
