import { expect, it } from 'vitest'
import { runSiege } from '../siege/run-siege.ts'

const JOBS = 30
const SEED = 7

it('loses, doubles and leaves nothing while the upstream fails and processes die at random', async () => {
  const { audit, kills } = await runSiege({ jobs: JOBS, seed: SEED, minutes: 2, workers: 2, apis: 1 })

  expect(audit.suspects).toEqual([])
  expect(Object.entries(audit.faults).filter(([, times]) => times !== 0)).toEqual([])
  expect(audit.seen['jobs accepted (202)']).toBe(JOBS)
  expect(audit.seen['calls with a fault']).toBeGreaterThan(JOBS)
  expect(kills.worker + kills.api + kills.redis).toBeGreaterThan(0)
}, 150_000)
