import { expect, it } from 'vitest'
import { endOf } from '../../../src/workers/webhooks/carry-delivery.ts'

const tried = { at: '2026-01-01T00:00:00.000Z', ms: 3, status: 500, error: 'HTTP 500' }
const again = { outcome: 'again', tried, retryAfterMs: null } as const

it('follows the plan until its last try, then fails', () => {
  const waits = Array.from({ length: 11 }, (_, index) => endOf(again, index + 1, 0.5)).map((end) =>
    end.status === 'pending' ? end.waitMs / 1_000 : end.status,
  )

  expect(waits).toEqual([5, 30, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, 'failed'])
})

it.each([
  [0, 4_000],
  [1, 6_000],
])('spreads the waits (random %d)', (random, waitMs) => {
  expect(endOf(again, 1, random)).toMatchObject({ waitMs })
})

it('waits as long as the receiver asks, and no shorter than planned', () => {
  expect(endOf({ ...again, retryAfterMs: 60_000 }, 1, 0.5)).toMatchObject({ status: 'pending', waitMs: 60_000 })
  expect(endOf({ ...again, retryAfterMs: 1_000 }, 2, 0.5)).toMatchObject({ status: 'pending', waitMs: 30_000 })
  expect(endOf({ ...again, retryAfterMs: 60_000 }, 11, 0.5)).toMatchObject({ status: 'failed' })
})

it('ends at once where no later try can succeed', () => {
  expect(endOf({ ...again, outcome: 'over' }, 1, 0.5)).toEqual({ status: 'failed', tried })
})
