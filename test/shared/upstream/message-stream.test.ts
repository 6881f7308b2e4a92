import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MessageStream, readReply, UnreadableStream } from '../../../src/shared/upstream/message-stream.ts'

const FOLDER = new URL('../../fixtures/sse/', import.meta.url)
const STREAMS = readdirSync(FOLDER).filter((name) => !/missingfield|nosession/.test(name))
const fixture = (name: string) => readFileSync(new URL(name, FOLDER))

const replyTo = (...chunks: (Uint8Array | string)[]) => {
  const stream = new MessageStream()
  for (const chunk of chunks) stream.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  return stream.end()
}
const events = (...list: unknown[]) => list.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
const text = (words: string, more: object = {}) => ({
  author: 'nemo_agent',
  content: { role: 'model', parts: [{ text: words }] },
  ...more,
})

const HAPPY = [
  'Trimming the silences… 剪辑中 ✂️',
  'Done. 4.2s of silence removed.\nPreview it in the timeline or click Export.',
]
const QUOTA = { texts: [], error: { code: 'RESOURCE_EXHAUSTED', message: 'quota exceeded' } }

describe('captured streams', () => {
  it.each([
    ['py-happy.txt', { texts: HAPPY, error: null }],
    ['js-happy.txt', { texts: HAPPY, error: null }],
    ['py-silent.txt', { texts: [], error: null }],
    ['js-silent.txt', { texts: [], error: null }],
    ['py-errevent.txt', QUOTA],
    ['js-errevent.txt', QUOTA],
    ['py-midstream-error.txt', { texts: [HAPPY[0]], error: { code: null, message: 'backend "exploded"' } }],
    [
      'js-midstream-error.txt',
      { texts: [HAPPY[0]], error: { code: null, message: 'backend "exploded"\nsecond line' } },
    ],
  ])('reads %s', (name, reply) => {
    expect(replyTo(fixture(name))).toEqual(reply)
  })

  it.each(STREAMS)('reads %s the same, wherever it is cut in two', (name) => {
    const bytes = fixture(name)
    const whole = replyTo(bytes)
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(replyTo(bytes.subarray(0, cut), bytes.subarray(cut)), `cut at ${cut}`).toEqual(whole)
    }
  })

  it.each(STREAMS)('reads %s the same, byte by byte', (name) => {
    const bytes = fixture(name)
    expect(replyTo(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(replyTo(bytes))
  })

  it.each(STREAMS)('has no reply for %s where its socket breaks, at any byte', async (name) => {
    const bytes = fixture(name)
    const reset = new Error('reset')
    const broken = async function* (cut: number) {
      yield bytes.subarray(0, cut)
      throw reset
    }
    const ends = await Promise.allSettled(Array.from(bytes, (_byte, cut) => readReply(broken(cut))))
    expect(ends.filter((end) => end.status === 'fulfilled' || end.reason !== reset)).toEqual([])
  })

  it.each(STREAMS)('has no reply for %s where it ends within an event', (name) => {
    const bytes = fixture(name)
    const lineEnd = bytes.indexOf('\n')
    for (let cut = 8; cut < lineEnd; cut++) {
      expect(() => replyTo(bytes.subarray(0, cut)), `cut at ${cut}`).toThrow(UnreadableStream)
    }
  })
})

describe('texts', () => {
  it('replaces partial texts by the whole one', () => {
    expect(replyTo(events(text('a ', { partial: true }), text('b', { partial: true }), text('a b'))).texts).toEqual([
      'a b',
    ])
  })
  it('replaces them too where a tool was called in between', () => {
    const call = { author: 'nemo_agent', content: { parts: [{ functionCall: { id: '1', name: 'x', args: {} } }] } }
    expect(replyTo(events(text('Trimming', { partial: true }), call, text('Trimming'))).texts).toEqual(['Trimming'])
  })
  it('keeps partial texts whose whole never came', () => {
    expect(replyTo(events(text('a ', { partial: true }), text('b', { partial: true }))).texts).toEqual(['a b'])
  })
  it('keeps them apart from what is said after a tool was called', () => {
    const call = { author: 'nemo_agent', content: { parts: [{ functionCall: { id: '1', name: 'x', args: {} } }] } }
    expect(replyTo(events(text('Trimming', { partial: true }), call, text('Done'))).texts).toEqual(['Trimming', 'Done'])
  })
  it('hides thoughts, whole and partial', () => {
    const parts = [{ text: 'hm', thought: true }, { text: 'Done' }]
    const thought = { author: 'nemo_agent', content: { parts: [{ text: 'hm', thought: true }] }, partial: true }
    expect(replyTo(events(thought, { author: 'nemo_agent', content: { parts } })).texts).toEqual(['Done'])
  })
  it('reads the flat form', () => {
    const flat = [
      { type: 'tool_call', name: 'x' },
      { type: 'tool_result', success: false, error: 'tried' },
      { type: 'text', text: 'Done' },
      { type: 'text', content: 'Bye' },
    ]
    expect(replyTo(events({ type: 'heartbeat' }, ...flat))).toEqual({ texts: ['Done', 'Bye'], error: null })
  })
  it('drops the echo of what the person said', () => {
    expect(replyTo(events(text('trim it', { author: 'user' }))).texts).toEqual([])
  })
  it('drops the trailing noise after a normal reply', () => {
    const noise = text('I encountered a temporary issue, please try again.')
    expect(replyTo(events(text('Done'), noise)).texts).toEqual(['Done'])
    expect(replyTo(events(text('Done'), noise, noise)).texts).toEqual(['Done'])
    expect(replyTo(events(noise, text('Done'))).texts).toHaveLength(2)
    expect(replyTo(events(noise)).texts).toHaveLength(1)
  })
  it('reads a last event that lacks its blank line', () => {
    expect(replyTo(events(text('Done')).trimEnd()).texts).toEqual(['Done'])
  })
  it('reads lines that end in CR LF', () => {
    expect(replyTo(events(text('Done')).replaceAll('\n', '\r\n')).texts).toEqual(['Done'])
  })
})

describe('heartbeats', () => {
  it.each([
    'data:\n\n',
    'data: \n\n',
    'data: heartbeat\n\n',
    'data: {"type":"heartbeat"}\n\n',
    'event: heartbeat\ndata: {}\n\n',
    'event: heartbeat\n\n',
    ': ping\n\n',
  ])('counts %j as a sign of life, not as an event', (beat) => {
    const stream = new MessageStream()
    stream.push(Buffer.from(beat))
    expect(stream.events).toBe(0)
    expect(stream.end()).toEqual({ texts: [], error: null })
  })
})

describe('errors in a stream', () => {
  it.each([
    [{ error: 'boom' }, { code: null, message: 'boom' }],
    [{ error: { code: 2001, message: 'out of credits' } }, { code: '2001', message: 'out of credits' }],
    [
      { code: 1001, message: 'token expired' },
      { code: '1001', message: 'token expired' },
    ],
    [
      { author: 'system', content: { parts: [{ text: 'Error: no model' }] } },
      { code: null, message: 'no model' },
    ],
    [
      { author: 'x', errorCode: 'SAFETY', errorMessage: 'no' },
      { code: 'SAFETY', message: 'no' },
    ],
    [
      { author: 'x', error_code: 'SAFETY', error_message: 'no' },
      { code: 'SAFETY', message: 'no' },
    ],
    [
      { author: 'x', errorMessage: 'no' },
      { code: null, message: 'no' },
    ],
    [
      { type: 'error', message: 'no' },
      { code: null, message: 'no' },
    ],
    [{ detail: 'Session not found' }, { code: null, message: 'Session not found' }],
  ])('tells %j', (event, error) => {
    expect(replyTo(events(text('Trimming'), event)).error).toEqual(error)
  })
  it.each([
    [{ code: 1001, message: 'token expired' }, 'auth'],
    [{ code: 1002, message: 'session not found' }, 'session_lost'],
    [{ success: false, code: 2001, error: 'no credits' }, 'no_credits'],
    [{ error: { code: 2001, message: 'out of credits' } }, 'no_credits'],
    [{ detail: { code: 429, message: 'slow down' } }, 'rate_limited'],
    [{ type: 'error', code: '402', message: 'upgrade' }, 'export_blocked'],
    [{ detail: 'Session not found' }, 'session_lost'],
  ])('are a refusal where %j is all that came', (event, kind) => {
    expect(() => replyTo(`: heartbeat\n\n${events(event)}`)).toThrow(
      expect.objectContaining({ kind, delivery: 'refused' }),
    )
  })
  it.each([
    [{ error: 'boom' }],
    [{ code: 500, message: 'boom' }],
    [{ code: 9999, message: 'boom' }],
    [{ author: 'x', errorCode: '429', errorMessage: 'the model is overloaded' }],
  ])('prove nothing where %j is all that came', (event) => {
    expect(replyTo(events(event)).error).toMatchObject({ message: expect.any(String) })
  })
  it('keeps the first of several, and the texts', () => {
    expect(replyTo(events(text('Trimming'), { error: 'one' }, { error: 'two' }))).toEqual({
      texts: ['Trimming'],
      error: { code: null, message: 'one' },
    })
  })
  it('takes no agent for the system', () => {
    expect(replyTo(events(text('Error: is a fine title'))).error).toBeNull()
  })
})

describe('hostile streams', () => {
  it('gives up on an event without end', () => {
    const stream = new MessageStream()
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    stream.push(Buffer.from('data: '))
    const flood = () => {
      for (let megabytes = 0; megabytes < 40; megabytes++) stream.push(chunk)
    }
    expect(flood).toThrow(UnreadableStream)
  })
  it('gives up on texts without end', () => {
    const stream = new MessageStream()
    const event = Buffer.from(events(text('x'.repeat(1024 * 1024), { partial: true })))
    const flood = () => {
      for (let megabytes = 0; megabytes < 8; megabytes++) stream.push(event)
    }
    expect(flood).toThrow(UnreadableStream)
  })
  it('passes over what is neither JSON nor known', () => {
    expect(replyTo('data: [DONE]\n\nnonsense\n\ndata: 7\n\n', events(text('Done'))).texts).toEqual(['Done'])
  })
})
