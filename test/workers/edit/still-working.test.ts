import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/shared/time/clock.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { setupNemoWorkers } from '../../support/nemo-workers.ts'
import { runSchedule, USUAL_RECOVERY } from './late-edits.ts'

describe('people who wait are told', () => {
  it('each minute of a long stream that the work goes on', async () => {
    const clock = new ManualClock()
    await using t = await setupNemoWorkers({ clock, settings: { streamMaxMs: 15 * MINUTE_MS } })
    t.upstream.once('message', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(': heartbeat\n\n')
    })
    const id = await t.submit()
    await t.upstream.received('message')
    const told = async () => (await t.told(id)).filter(({ data }) => data['message'] === 'Still working')
    for (let minute = 1; minute <= 6; minute++) {
      await clock.advance(MINUTE_MS)
      await expect.poll(async () => (await told()).length).toBe(minute)
    }
    expect((await told()).map(({ data }) => data['elapsed_ms'])).toEqual([1, 2, 3, 4, 5, 6].map((m) => m * MINUTE_MS))
  })

  it('at each look after a stream that broke, never more than two minutes apart', async () => {
    const { told } = await runSchedule({
      appliedMs: 10 * MINUTE_MS,
      secondPartMs: null,
      held: false,
      restarts: new Set(),
      second: 'answered',
      recoveryMs: USUAL_RECOVERY,
    })
    const elapsed = told.flatMap(({ data }) =>
      data['message'] === 'Still working' ? [Number(data['elapsed_ms'])] : [],
    )
    expect(elapsed.at(-1)).toBeGreaterThan(10 * MINUTE_MS)
    const gaps = elapsed.map((ms, index) => ms - (elapsed[index - 1] ?? 0))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * MINUTE_MS)
  })
})
