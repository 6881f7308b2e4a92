import { expect, it } from 'vitest'
import { preferredWait } from '../../src/api/intake/prefer-wait.ts'
import { ended } from './support/jobs.ts'
import { testApi, type TestApi } from './support/test-api.ts'

const post = (t: TestApi, prefer: string) =>
  t.call({ method: 'POST', url: '/v1/jobs', headers: { prefer }, payload: { instruction: 'a' } })

const newest = async (t: TestApi) => (await t.call({ url: '/v1/jobs' })).json().data[0]

it('answers 200 with the job once it has ended', async () => {
  await using t = await testApi()

  const waiting = post(t, 'wait=30')
  await t.clock.sleeping(1)
  const { id } = await newest(t)
  await ended(t, id, 'succeeded')
  const reply = await waiting

  expect(reply.statusCode).toBe(200)
  expect(reply.json()).toMatchObject({ id, status: 'succeeded' })
  expect(reply.headers['preference-applied']).toBe('wait=30')
})

it('answers 202 when the time is over', async () => {
  await using t = await testApi()

  const waiting = post(t, 'respond-async, wait=10')
  await t.clock.sleeping(1)
  await t.clock.advance(10_000)
  const reply = await waiting

  expect([reply.statusCode, reply.json().status]).toEqual([202, 'queued'])
})

it('answers 202 at once when it is closed, and the job is kept', async () => {
  await using t = await testApi()

  const waiting = post(t, 'wait=60')
  await t.clock.sleeping(1)
  await t.app.close()
  const reply = await waiting

  expect(reply.statusCode).toBe(202)
  expect(await t.deps.jobs.find(reply.json().id)).not.toBeNull()
})

it.each(['wait=61', 'wait=-1', 'wait=abc', 'return=minimal', 'wait=0'])('does not wait for "%s"', async (prefer) => {
  await using t = await testApi()

  expect((await post(t, prefer)).statusCode).toBe(202)
})

it.each([
  ['wait=5', 5],
  ['respond-async, wait=10', 10],
  ['WAIT = "7"; foo', 7],
  ['wait=60', 60],
  ['wait=61', null],
  ['await=5', null],
  [undefined, null],
])('reads Prefer: %s as %s', (header, seconds) => {
  expect(preferredWait(header)).toBe(seconds)
})
