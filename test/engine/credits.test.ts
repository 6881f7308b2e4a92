import { expect, it } from 'vitest'
import type { Clock } from '../../src/shared/time/clock.ts'
import { flashAndBeepClip } from '../support/clips.ts'
import { setupEngine } from '../support/engine-client.ts'

const aClock = () => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const clock: Clock = { now: () => now, sleep: (_ms, options) => untilAborted(options?.signal) }
  return { clock, pass: (ms: number) => (now += ms) }
}
const untilAborted = (signal: AbortSignal | undefined) =>
  new Promise<void>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))

async function aSession(engine: Awaited<ReturnType<typeof setupEngine>>) {
  const clip = await flashAndBeepClip(engine.file('clip.mp4'), { seconds: 4, beepMs: 300 })
  const sessionId = await engine.session()
  await engine.upload(sessionId, clip)
  return sessionId
}

it('takes 50 credits for an edit, and none where nothing changed or for an export', async () => {
  await using engine = await setupEngine({ credits: 200 })
  const sessionId = await aSession(engine)
  expect(await engine.balance()).toEqual({ available: 200, frozen: 0, total: 200 })
  await engine.say(sessionId, 'trim the first second')
  expect(await engine.balance()).toEqual({ available: 150, frozen: 0, total: 150 })
  await engine.say(sessionId, 'add transitions')
  await engine.say(sessionId, 'trim the first 20 seconds')
  await engine.renderTo(sessionId, engine.file('out.mp4'))
  expect((await engine.balance()).available).toBe(150)
})

it('refuses an edit that is not paid for with plain JSON, and applies nothing', async () => {
  await using engine = await setupEngine({ credits: 99 })
  const sessionId = await aSession(engine)
  await engine.say(sessionId, 'trim the first second')
  const response = await engine.message(sessionId, 'trim the first second')
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
  expect(await response.json()).toMatchObject({ code: 2001 })
  expect((await engine.draft(sessionId))?.d).toBe(3_000)
})

it('does not let two edits at once be paid with the same credits', async () => {
  await using engine = await setupEngine({ credits: 50 })
  const sessionId = await aSession(engine)
  const answers = await Promise.all([1, 2].map(() => engine.message(sessionId, 'trim the first second')))
  const types = answers.map(({ headers }) => headers.get('content-type')?.split(';')[0])
  await Promise.all(answers.map((answer) => answer.text()))
  expect(new Set(types)).toEqual(new Set(['application/json', 'text/event-stream']))
  expect((await engine.balance()).available).toBe(0)
})

it('fills the balance up again after its time, also across a restart', async () => {
  const { clock, pass } = aClock()
  await using engine = await setupEngine({ credits: 100, creditsRefillMs: 60_000, clock })
  const sessionId = await aSession(engine)
  await engine.say(sessionId, 'trim the first second')
  pass(59_000)
  await engine.restart()
  expect((await engine.balance()).available).toBe(50)
  pass(1_000)
  expect((await engine.balance()).available).toBe(100)
})

it('never fills it up where it is told not to', async () => {
  const { clock, pass } = aClock()
  await using engine = await setupEngine({ credits: 100, creditsRefillMs: 0, clock })
  await engine.say(await aSession(engine), 'trim the first second')
  pass(86_400_000)
  expect((await engine.balance()).available).toBe(50)
})

it('ends a token after seven days and gives the same user a new one', async () => {
  const { clock, pass } = aClock()
  await using engine = await setupEngine({ credits: 100, clock })
  const sessionId = await aSession(engine)
  await engine.say(sessionId, 'trim the first second')
  pass(7 * 86_400_000)
  expect((await engine.call('/api/credits/balance/simple')).body['code']).toBe(1001)
  await engine.login()
  expect((await engine.balance()).available).toBe(50)
  expect((await engine.draft(sessionId))?.d).toBe(3_000)
})
