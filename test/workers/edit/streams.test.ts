import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { readReport } from '../../../src/shared/jobs/report.ts'
import { setupNemoWorkers, type NemoWorkersOptions } from '../../support/nemo-workers.ts'

type Workers = Awaited<ReturnType<typeof setupNemoWorkers>>

const say = (text: string, more: object = {}) => ({
  author: 'nemo_agent',
  content: { role: 'model', parts: [{ text }] },
  ...more,
})

/** The next message answers with these events, after the edit was applied or instead of it. */
function answerWith(t: Workers, events: unknown[], { applied }: { applied: boolean }) {
  t.upstream.once('message', (request, response) => {
    if (applied) t.upstream.world.applyMessage(request)
    t.upstream.world.sendEvents(response, events)
  })
}

async function run(t: Workers, end: 'succeeded' | 'failed', wanted: Parameters<Workers['submit']>[0] = {}) {
  const id = await t.submit(wanted)
  await t.moves.reached(end, id)
  return { ...(await t.outcome(id)), ...(await readReport(t.storage, id)), job: await t.jobs.find(id) }
}

describe('a reply', () => {
  it('is told whole and once, without thoughts, trailing noise and talk of a screen', async () => {
    await using t = await setupNemoWorkers()
    const thought = { author: 'nemo_agent', content: { parts: [{ text: 'Hm.', thought: true }] } }
    const events = [
      thought,
      say('Added ', { partial: true }),
      say('a title.', { partial: true }),
      say('Added a title. Click Export to download it, or open the timeline panel.'),
      say('I encountered a temporary issue. Please try again.'),
    ]
    answerWith(t, events, { applied: true })
    expect(await run(t, 'succeeded')).toMatchObject({
      messages: ['Added a title.'],
      changes: ['1 text track added'],
      renders: 1,
    })
  })

  it('without a text is told by the timeline alone', async () => {
    await using t = await setupNemoWorkers()
    t.upstream.replySilently()
    expect(await run(t, 'succeeded')).toMatchObject({ messages: [], changes: ['1 text track added'], edits: 1 })
  })

  it.each([
    ['no text', []],
    ['talk of a screen', [say('Click Export to download your video.')]],
    ['a temporary issue', [say('I encountered a temporary issue. Please try again.')]],
  ])('of %s that changed nothing is no edit, and nothing is rendered', async (_what, events) => {
    await using t = await setupNemoWorkers()
    answerWith(t, events, { applied: false })
    expect(await run(t, 'failed')).toMatchObject({ error: 'edit_not_applied at verify', edits: 0, renders: 0 })
  })
})

describe('an error within the stream', () => {
  const SHAPES: [string, unknown, string | null][] = [
    ['{"error"}', { error: 'boom' }, null],
    ['a code of the API', { code: 2001, message: 'boom' }, '2001'],
    ['a system event', { author: 'system', content: { parts: [{ text: 'Error: boom' }] } }, null],
    ['errorCode', say('', { errorCode: 'RESOURCE_EXHAUSTED', errorMessage: 'boom' }), 'RESOURCE_EXHAUSTED'],
    ['snake_case', { author: 'nemo_agent', error_code: 500, error_message: 'boom' }, '500'],
  ]
  it.each(SHAPES)('as %s ends the edit with its words, code and changes', async (_shape, event, code) => {
    await using t = await setupNemoWorkers()
    answerWith(t, [say('Trimming.'), event], { applied: true })
    const ended = await run(t, 'failed')
    expect(ended).toMatchObject({
      error: 'edit_rejected at verify',
      edits: 1,
      renders: 0,
      messages: ['Trimming.'],
      changes: ['1 text track added'],
      job: { error: { upstream: { code, message: 'boom' } } },
    })
    expect(ended.job?.checkpoint).toMatchObject({ draftBefore: expect.any(String), draftAfter: expect.any(String) })
  })
})

describe('a stream that is no clean end', () => {
  const SHORT = { settings: { streamMaxMs: 300 } }
  const open = (response: ServerResponse, bytes: string) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(bytes)
  }
  const whole = `data: ${JSON.stringify(say('Done.'))}\n\n`
  const ENDS: [string, NemoWorkersOptions, (response: ServerResponse) => void][] = [
    ['breaks', {}, (response) => response.write(whole, () => void response.destroy())],
    ['ends within an event', {}, (response) => void response.end(whole.slice(0, 30))],
    ['stalls', { streamIdleMs: 60 }, () => undefined],
    ['stalls under heartbeats', { streamIdleMs: 60 }, beat],
    ['passes the cap', SHORT, talk],
  ]
  it.each(ENDS)('%s: the timeline tells what became of it', async (_how, options, end) => {
    await using t = await setupNemoWorkers(options)
    t.upstream.once('message', (request, response) => {
      t.upstream.world.applyMessage(request)
      open(response, ': heartbeat\n\n')
      end(response)
    })
    const ended = await run(t, 'succeeded')
    expect(ended).toMatchObject({ edits: 1, messages: [], changes: ['1 text track added'] })
    expect(t.upstream.messages).toHaveLength(1)
    expect(ended.job?.checkpoint.reply).toEqual({ texts: [], error: null, recovered: true })
  })
})

function beat(response: ServerResponse): void {
  const beating = setInterval(() => response.write('data: heartbeat\n\n'), 10)
  response.on('close', () => clearInterval(beating))
}

function talk(response: ServerResponse): void {
  const talking = setInterval(() => response.write(`data: ${JSON.stringify(say('.', { partial: true }))}\n\n`), 10)
  response.on('close', () => clearInterval(talking))
}

describe('a step that is left to a person', () => {
  const ASK = [say('I found the title. Drag it to the start of the timeline.')]

  it('is sent once as a message where nothing had changed', async () => {
    await using t = await setupNemoWorkers()
    answerWith(t, ASK, { applied: false })
    answerWith(t, [say('Moved it.')], { applied: true })
    const ended = await run(t, 'succeeded')
    expect(t.upstream.messages).toEqual(['trim silences', 'Move it to the start of the timeline.'])
    expect(ended).toMatchObject({
      changes: ['1 text track added'],
      messages: ['I found the title. Asked for in turn: Move it to the start of the timeline.', 'Moved it.'],
      renders: 1,
    })
  })

  it('is not sent a second time', async () => {
    await using t = await setupNemoWorkers()
    answerWith(t, ASK, { applied: false })
    answerWith(t, ASK, { applied: false })
    await run(t, 'succeeded')
    expect(t.upstream.messages).toHaveLength(2)
  })

  it.each([
    ['the timeline changed', { applied: true }, {}],
    ['the budget is one edit', { applied: false }, { request: { max_credits: 99 } }],
  ])('is only told where %s', async (_why, how, wanted) => {
    await using t = await setupNemoWorkers()
    answerWith(t, ASK, how)
    const ended = await run(t, 'succeeded', wanted)
    expect(t.upstream.messages).toHaveLength(1)
    expect(ended.messages).toEqual(['I found the title. Still to do: Move it to the start of the timeline.'])
  })

  it('is paid once too, when its stream breaks or it is refused first', async () => {
    await using t = await setupNemoWorkers()
    answerWith(t, ASK, { applied: false })
    t.upstream.refuseOnce('message', 429, {})
    t.upstream.dropStreamAfterApplying()
    expect(await run(t, 'succeeded')).toMatchObject({ edits: 1, waits: ['upstream_rate_limit'] })
    expect(t.upstream.messages).toHaveLength(3)
  })

  it('is never sent to a new session', async () => {
    await using t = await setupNemoWorkers()
    answerWith(t, ASK, { applied: false })
    t.upstream.refuseOnce('message', 200, { code: 1002, message: 'session not found' })
    expect(await run(t, 'failed')).toMatchObject({ error: 'edit_rejected at upload', sessions: 1 })
  })
})

it('is checked against the canvas that the state tells beside the draft', async () => {
  await using t = await setupNemoWorkers()
  t.upstream.on('state', ({ sessionId }, response) => {
    const draft = t.upstream.world.draftOf(sessionId)
    response.end(`{"code":0,"data":{"state":{"draft":${draft},"canvas_config":{"width":1080,"height":1920}}}}`)
  })
  expect(await run(t, 'succeeded', { request: { expect: { aspect: '9:16' } } })).toMatchObject({
    expectations: [{ name: 'aspect 9:16 (found 0.563)', met: true }],
  })
})
