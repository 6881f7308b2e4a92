import { describe, expect, it } from 'vitest'
import {
  CALLS,
  failedAt,
  oncemore,
  outcomeOf,
  spellings,
  streamed,
  THROUGH,
  type Call,
  type Outcome,
  type Refusal,
} from './refused-call.ts'

interface Row {
  call: Call
  refusals: Refusal[]
  expected: Partial<Outcome>
}

type Expected = (call: Call) => Partial<Outcome>

/** Every call meets the code in its plainest form. */
const everyCall = (code: number, expected: Expected): Row[] =>
  CALLS.map((call) => {
    const refusals = [code < 600 ? { status: code, body: '' } : { status: 200, body: { code, message: 'no' } }]
    return { call, refusals, expected: expected(call) }
  })

/** One call meets it in all its spellings. */
const everySpelling = (call: Call, code: number, expected: Expected): Row[] =>
  [...spellings(code), ...(call === 'message' ? streamed(code) : [])].map((refusal) => ({
    call,
    refusals: [refusal],
    expected: expected(call),
  }))

const waits =
  (reason: string): Expected =>
  (call) =>
    oncemore(call, [reason])

/** A new session, and the clip in it; nothing is paid twice. */
const startsOver: Expected = (call) => {
  if (call === 'session' || call === 'render' || call === 'poll') return oncemore(call, ['retry'])
  if (call === 'state after') return failedAt(call, 'edit_not_applied')
  return { ...oncemore(call, []), sessions: 2, uploads: 2 }
}

const refusedByStage: Expected = (call) => {
  if (call === 'session' || call === 'upload' || call === 'state after') return oncemore(call, ['retry'])
  if (call === 'render') return { renders: 2, renderIds: 2 }
  return failedAt(call, call === 'poll' ? 'render_failed' : 'edit_rejected')
}

/** Nobody refused and nobody agreed: what the message came to is read from the timeline. */
const unproven: Expected = (call) => (call === 'message' ? { messages: 2 } : waits('upstream_down')(call))

const rejected: Expected = () => ({ ...failedAt('state after', 'edit_rejected'), edits: 0 })
const unknownErrors = [
  { code: 9999, message: 'no' },
  { success: false, error: 'no' },
  { error: 'no' },
  { detail: 'no' },
]

const TABLE: Record<string, Row[]> = {
  '1001 waits for an operator': [
    ...everyCall(1001, waits('upstream_auth')),
    ...everySpelling('message', 1001, waits('upstream_auth')),
    ...everySpelling('credits', 401, waits('upstream_auth')),
  ],
  '1002 starts over in a new session, where nothing is lost by it': [
    ...everyCall(1002, startsOver),
    ...everySpelling('message', 1002, startsOver),
    ...everySpelling('upload', 1002, startsOver),
    {
      call: 'message',
      refusals: [{ status: 404, body: { detail: 'Session not found' } }],
      expected: startsOver('message'),
    },
  ],
  '2001 waits for credits': [
    ...everyCall(2001, waits('credits')),
    ...everySpelling('message', 2001, waits('credits')),
    { call: 'message', refusals: [{ status: 402, body: { code: 2001 } }], expected: oncemore('message', ['credits']) },
  ],
  '4001 is a clip of a wrong type': everySpelling('upload', 4001, (call) => failedAt(call, 'input_unsupported')),
  '4002 is a clip that is too large': [
    ...everySpelling('upload', 4002, (call) => failedAt(call, 'input_too_large')),
    ...everySpelling('upload', 413, (call) => failedAt(call, 'input_too_large')),
  ],
  '402 is a plan that does not export': [
    ...everyCall(402, (call) => failedAt(call, 'export_blocked')),
    ...everySpelling('render', 402, (call) => failedAt(call, 'export_blocked')),
    ...everySpelling('message', 402, (call) => failedAt(call, 'export_blocked')),
  ],
  '429 waits': [
    ...everyCall(429, waits('upstream_rate_limit')),
    ...everySpelling('message', 429, waits('upstream_rate_limit')),
    ...everySpelling('poll', 429, waits('upstream_rate_limit')),
  ],
  '408 is made once more': [
    ...everyCall(408, waits('upstream_down')),
    {
      call: 'message',
      refusals: [408, 408].map((status) => ({ status, body: '' })),
      expected: { ...failedAt('message', 'edit_rejected'), messages: 2, waits: ['upstream_down'] },
    },
  ],
  'another 4xx is a refusal of the request': [
    ...everyCall(400, refusedByStage),
    ...everySpelling('message', 422, refusedByStage),
  ],
  'an error of no known code is a rejected edit, never sent again': unknownErrors.flatMap((body) => [
    { call: 'message', refusals: [{ status: 200, body }], expected: rejected('message') },
    { call: 'message', refusals: [{ status: 200, body, stream: true }], expected: rejected('message') },
  ]),
  '5xx is waited for': [
    ...everyCall(503, unproven),
    ...everySpelling('credits', 500, unproven),
    ...everySpelling('poll', 502, unproven),
  ],
  '5xx and nonsense prove nothing of a message': [
    ...everySpelling('message', 500, unproven).filter(({ refusals }) => !refusals[0]?.stream),
    ...['', '<html>hello</html>', { code: 0, data: {} }, { success: true, data: null }].map((body): Row => ({
      call: 'message',
      refusals: [{ status: 200, body }],
      expected: unproven('message'),
    })),
  ],
}

/** So short that five reads and the cap pass in a test, so long that no answer comes too late. */
const SHORT = { settings: { streamMaxMs: 400 } }

describe.each(Object.entries(TABLE))('%s', (_name, rows) => {
  it.each(rows)('$call: $refusals.0', async ({ call, refusals, expected }) => {
    const { job: _job, ...outcome } = await outcomeOf(call, refusals, expected, SHORT)
    expect(outcome).toEqual({ ...THROUGH, ...expected })
  })
})

describe('what a person is told', () => {
  const failureOf = async (call: Call, code: number) =>
    (await outcomeOf(call, [{ status: 200, body: { code, message: 'so it said' } }], { status: 'failed' })).job?.error

  it('of 402 has a link, and the upstream’s words and code', async () => {
    expect(await failureOf('render', 402)).toMatchObject({
      help_url: 'https://nemovideo.com',
      upstream: { status: 200, code: 402, message: 'so it said' },
    })
  })

  it('of 4001 lists the formats, of 4002 says what to do', async () => {
    expect((await failureOf('upload', 4001))?.detail).toContain('Accepted are mp4, mov, avi')
    expect((await failureOf('upload', 4002))?.detail).toContain('Compress or trim the clip')
  })

  it('of an unknown code are the upstream’s words and code', async () => {
    expect(await failureOf('message', 9999)).toMatchObject({ upstream: { code: '9999', message: 'so it said' } })
  })
})
