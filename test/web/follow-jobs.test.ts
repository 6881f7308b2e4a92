import { describe, expect, it } from 'vitest'
import type { JobView } from '../../src/shared/jobs/job-view.ts'
import { Refused, Unreachable } from '../../web/api-errors.js'
import { LOOKS, looksOfRound, pauseMs } from '../../web/follow-plan.js'
import { aFollower } from './support/a-follower.ts'

const aJob = (id: string, status: JobView['status'] = 'running') => ({ id, status }) as JobView
const unauthenticated = new Refused(401, { code: 'unauthenticated' })

it('reads the newest jobs first, then looks after those that have not ended', async () => {
  const t = aFollower([aJob('job_1'), aJob('job_2', 'succeeded')])

  await t.wake()
  await t.next()

  expect(t.calls).toEqual(['list', 'job_1'])
})

it('makes no call while nothing runs', async () => {
  const t = aFollower([aJob('job_1', 'failed')])

  await t.wake()

  expect(t.waiting()).toBeNull()
})

it('rests once the last job has ended, and wakes for a new one', async () => {
  const t = aFollower([aJob('job_1')])
  await t.wake()
  t.server.set('job_1', aJob('job_1', 'succeeded'))
  await t.next()
  expect([t.shown.get('job_1')?.status, t.waiting()]).toEqual(['succeeded', null])

  t.shown.set('job_2', aJob('job_2', 'queued'))
  await t.wake()

  expect(t.calls.at(-1)).toBe('job_2')
})

it('tells of an outage, tries more and more seldom, and tells when it has passed', async () => {
  const t = aFollower([aJob('job_1')])
  await t.wake()
  t.fail(new Unreachable('No answer'))
  const pauses = []
  for (let tries = 0; tries < 6; tries += 1) {
    await t.next()
    pauses.push(t.waiting())
  }
  expect(pauses).toEqual([2_400, 4_800, 9_600, 19_200, 20_000, 20_000])
  expect(t.trouble()).toBeInstanceOf(Unreachable)

  t.fail(null)
  await t.next()

  expect([t.trouble(), t.waiting(), t.calls.at(-1)]).toEqual([null, 1_200, 'list'])
})

it('goes on trying although no job is known yet', async () => {
  const t = aFollower([aJob('job_1')])
  t.fail(new Refused(503, { code: 'unavailable' }, 5_000))
  await t.wake()
  expect(t.waiting()).toBe(5_000)

  t.fail(null)
  await t.next()

  expect([...t.shown.keys()]).toEqual(['job_1'])
})

it('stops where the key is refused', async () => {
  const t = aFollower([aJob('job_1')])
  t.fail(unauthenticated)

  await t.wake()

  expect([t.keyRefused(), t.waiting()]).toEqual([true, null])
})

it('tells of a refusal that will not pass, and does not try again', async () => {
  const t = aFollower([aJob('job_1')])
  t.fail(new Refused(403, { code: 'missing_scope', title: 'The API key lacks a scope' }))

  await t.wake()

  expect([t.trouble()?.name, t.waiting()]).toEqual(['Refused', null])
})

it('takes a job off the page that was removed', async () => {
  const t = aFollower([aJob('job_1'), aJob('job_2')])
  await t.wake()
  t.server.delete('job_1')

  await t.next()

  expect([...t.shown.keys()]).toEqual(['job_2'])
})

it('shows nothing any more once it was stopped', async () => {
  const t = aFollower([aJob('job_1')])
  const woken = t.wake()
  t.follower.stop()
  await woken

  expect([t.shown.size, t.waiting()]).toEqual([0, null])
})

it('looks once more where it was woken while it looked', async () => {
  const t = aFollower([aJob('job_1')])
  const woken = t.wake()
  t.follower.wake()
  await woken

  expect(t.calls).toEqual(['list', 'job_1'])
})

describe('a round', () => {
  it('looks at running jobs first, then at those not seen for longest', () => {
    const jobs = [aJob('a', 'queued'), aJob('b', 'waiting'), aJob('c', 'queued'), aJob('d'), aJob('e', 'canceled')]
    const seen = new Map([
      ['a', 5],
      ['b', 2],
    ])

    expect(looksOfRound(jobs, seen).map(({ id }) => id)).toEqual(['d', 'c', 'b', 'a'])
  })

  it('makes few calls, however many jobs there are', () => {
    const jobs = Array.from({ length: 300 }, (_, index) => aJob(`job_${index}`))

    expect(looksOfRound(jobs, new Map())).toHaveLength(LOOKS)
  })

  it('comes seldom while nobody looks at the page', () => {
    expect(pauseMs({ setbacks: 0, hidden: false })).toBeLessThanOrEqual(2_000)
    expect(pauseMs({ setbacks: 0, hidden: true })).toBe(15_000)
    expect(pauseMs({ setbacks: 1, hidden: false, retryAfterMs: 60_000 })).toBe(60_000)
  })
})
