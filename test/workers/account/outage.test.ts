import { expect, it } from 'vitest'
import { upstreamError } from '../../support/fake-upstream.ts'
import { setupWorkers } from '../../support/workers.ts'

const JOBS = 1_000
const RETRY_MS = { first: 50, longest: 200 }

it('costs an upstream that is down one probe at a time, and a thousand jobs go on by themselves when it returns', async () => {
  await using t = await setupWorkers({ started: false, settings: { retryMs: RETRY_MS } })
  t.upstream.outage = upstreamError('unavailable', 'not_sent', null)
  const ids = await Promise.all(Array.from({ length: JOBS }, () => t.submit({ action: 'status', inputs: [] })))
  await t.start()
  await Promise.all(ids.map((id) => t.moves.reached('waiting', id)))
  // Calls that were under way when the circuit opened, and what was probed until the last job had found it open.
  expect(t.upstream.calls.filter((call) => call === 'createSession').length).toBeLessThanOrEqual(8 + 2)

  const before = t.upstream.calls.length
  t.upstream.running.most = 0
  await t.upstream.called(before + 5)
  expect(t.upstream.calls.slice(before, before + 5)).toEqual(Array.from({ length: 5 }, () => 'credits'))
  expect(t.upstream.running.most).toBe(1)

  t.upstream.outage = null
  const returnedAt = Date.now()
  await t.upstream.called(t.upstream.calls.length + 1)
  expect(Date.now() - returnedAt).toBeLessThan(RETRY_MS.longest + 300)
  await Promise.all(ids.map((id) => t.moves.reached('succeeded', id)))
  const attempts = await Promise.all(ids.map(async (id) => (await t.jobs.find(id))?.attempt))
  expect(new Set(attempts)).toEqual(new Set([1]))
}, 60_000)
