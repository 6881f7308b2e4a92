import { describe, expect, it } from 'vitest'
import { PIPELINES } from '../../src/workers/edit/pipeline.ts'
import { catchJobs, CAUGHT_AT, MOMENTS, type Moment } from '../support/faults/catch-jobs.ts'
import { crashWorld } from '../support/faults/crash-world.ts'

const STEPS = PIPELINES.edit.map(({ name }) => name)
/** What every job must have come to, whatever died. */
const ONCE = {
  status: 'succeeded',
  error: null,
  applied: 1,
  charged: 50,
  renders: 1,
  finalEvents: 1,
  received: 1,
  delivered: 1,
}
const LEASE_MS = 2_000

it('catches every step of the pipeline', () => {
  expect(Object.keys(CAUGHT_AT)).toEqual(STEPS)
})

describe.each(Object.keys(MOMENTS) as Moment[])('a job of which a step is caught %s', (moment) => {
  it('ends once and is paid once after kill -9 of its worker, at each step', async () => {
    await using world = await crashWorld()
    const caught = await catchJobs(world, moment)
    const worker = await world.startWorker(caught.namespaces, LEASE_MS)
    await caught.allHeld()

    await worker.kill()
    caught.release('drop')
    await world.startWorker(caught.namespaces, LEASE_MS)

    await world.receiver.reached(STEPS.length)
    expect(await caught.outcomes()).toEqual(Object.fromEntries(STEPS.map((step) => [step, ONCE])))
  }, 60_000)

  it('ends once and is paid once after kill -9 of Redis, at each step', async () => {
    await using world = await crashWorld()
    const caught = await catchJobs(world, moment)
    await world.startWorker(caught.namespaces, LEASE_MS)
    await caught.allHeld()

    await world.redis.kill()
    caught.release('go')
    await world.redis.restart()

    await world.receiver.reached(STEPS.length)
    expect(await caught.outcomes()).toEqual(Object.fromEntries(STEPS.map((step) => [step, ONCE])))
  }, 60_000)
})
