import { describe, expect, it } from 'vitest'
import { commandOf } from '../../src/cli/job/command.ts'
import type { LoggedEvent } from '../../src/cli/job/read-events.ts'
import { timeline } from '../../src/cli/job/tell-timeline.ts'
import { columns } from '../../src/cli/terminal/columns.ts'
import { plain } from '../../src/cli/terminal/paint.ts'
import { duration, size } from '../../src/cli/terminal/quantities.ts'
import { FIRST_TENANT, newEventId, newJobId } from '../../src/shared/jobs/ids.ts'
import type { JobEventType } from '../../src/shared/jobs/events.ts'

describe('the command line', () => {
  it('takes an id, and --run on either side of it', () => {
    const id = newJobId()
    expect(commandOf([id])).toEqual({ id, run: false })
    expect(commandOf(['--run', id])).toEqual({ id, run: true })
  })

  it.each([
    [[], 'Expected one job id; got none.'],
    [['a', 'b'], 'Expected one job id; got a b.'],
    [['ses_1'], 'Expected job_ and 26 characters; got ses_1.'],
    [['--go', newJobId()], 'Expected --run or nothing after the id; got --go.'],
  ])('says what is wrong with %j', (args, wrong) => {
    expect(commandOf(args)).toBe(wrong)
  })
})

const logged = (type: JobEventType, at: string, data: Record<string, unknown> = {}): LoggedEvent => {
  const event = { id: newEventId(), type, at, sequence: 1, tenant: FIRST_TENANT, job: newJobId(), data }
  return { entryId: '1-0', event }
}

it('shows of a long run of progress only its ends, and names the day where it changes', () => {
  const progress = [0.1, 0.2, 0.3, 0.4, 0.5].map((part, n) =>
    logged('job.progress', `2026-01-02T00:00:0${n}.000Z`, { progress: part }),
  )
  const events = [logged('job.started', '2026-01-01T23:59:59.000Z'), ...progress]

  const lines = timeline(events, plain).map((line) => line.replaceAll(/ +/g, ' ').trim())

  expect(lines).toEqual([
    '2026-01-01',
    '23:59:59.000 started',
    '2026-01-02',
    '00:00:00.000 +1.00 s progress 10 %',
    '⋮ progress',
    '00:00:04.000 +1.00 s progress 50 %',
  ])
})

it('aligns cells by what is seen of them, not by their colours', () => {
  const rows = [
    ['\u001B[31mred\u001B[39m', 'b'],
    ['plain', 'c'],
  ]
  expect(columns(rows)).toEqual(['  \u001B[31mred\u001B[39m    b', '  plain  c'])
})

it.each([
  [duration(12), '12 ms'],
  [duration(1_234), '1.23 s'],
  [duration(12_345), '12.3 s'],
  [duration(125_000), '2 min 5 s'],
  [duration(119_700), '2 min 0 s'],
  [duration(3_720_000), '1 h 2 min'],
  [duration(30 * 86_400_000), '30 days'],
  [size(999), '999 B'],
  [size(89_989), '90.0 kB'],
  [size(5_240_000), '5.2 MB'],
])('says %s', (said, expected) => {
  expect(said).toBe(expected)
})
