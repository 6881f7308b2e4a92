import { expect, it } from 'vitest'
import { retryAfterMs, retryWaitMs } from '../../../src/shared/webhooks/retry-plan.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')

it('tries eleven times, the first at once', () => {
  expect(retryWaitMs(0, 1)).toBe(0)
  expect(retryWaitMs(10, 0.5)).toBe(24 * 3_600_000)
  expect(retryWaitMs(11, 0.5)).toBeNull()
})

it.each([
  ['5', 5_000],
  [' 5 ', 5_000],
  ['0', 0],
  ['86401', 86_400_000],
  ['99999999999999999999', 86_400_000],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['Thu, 01 Jan 2099 00:00:00 GMT', 86_400_000],
  ['soon', null],
  ['', null],
  [undefined, null],
])('reads Retry-After %j as %s ms', (header, ms) => {
  expect(retryAfterMs(header, NOW)).toBe(ms)
})
