import { describe, expect, it } from 'vitest'
import type { JobRecord } from '../../src/shared/jobs/job.ts'
import { planRetry } from '../../src/shared/jobs/plan-retry.ts'
import { aJob } from '../support/a-job.ts'
import { accepted, ended, found, succeeded } from './support/jobs.ts'
import { OTHER_TENANT, withKey } from './support/keys.ts'
import { testApi, type TestApi } from './support/test-api.ts'

const SESSION = { taskId: 'task', sessionId: '9007199254740993' }
const post = (t: TestApi, url: string, payload?: object) => t.call({ method: 'POST', url, ...(payload && { payload }) })

describe('POST /v1/jobs/{id}/cancel', () => {
  it('ends a queued job with the answer, once, and says so again', async () => {
    await using t = await testApi()
    const job = await accepted(t)
    const first = await post(t, `/v1/jobs/${job.id}/cancel`)
    expect(first.statusCode).toBe(200)
    expect(first.json()).toMatchObject({ id: job.id, status: 'canceled', error: null })

    expect((await post(t, `/v1/jobs/${job.id}/cancel`)).statusCode).toBe(200)
    const entries = await t.deps.redis.xrange(t.keys.events(), '-', '+')
    expect(entries.filter(([, fields]) => fields.includes('job.canceled'))).toHaveLength(1)
  })

  it('lets the next job of the session go on', async () => {
    await using t = await testApi()
    const job = await accepted(t)
    const next = await accepted(t, { session: job.session })
    await post(t, `/v1/jobs/${job.id}/cancel`)
    expect(await t.deps.redis.zrange(t.keys.ready(job.tenant), '0', '-1')).toEqual([next.id])
  })

  it('asks a running job to stop, and wakes it if it sleeps', async () => {
    await using t = await testApi()
    const job = await accepted(t)
    await t.deps.jobs.begin({ job, epoch: 0 }, job)
    await t.deps.jobs.snooze({ job, epoch: 0 }, 60_000, { checkpoint: { renderId: 'render_1' } })

    const answer = await post(t, `/v1/jobs/${job.id}/cancel`)
    expect(answer.statusCode).toBe(202)
    expect(await found(t, job.id)).toMatchObject({ status: 'running', stop_asked: 'canceled' })
    expect(await t.deps.redis.zrange(t.keys.ready(job.tenant), '0', '-1')).toEqual([job.id])
  })

  it('refuses a job that has ended otherwise, and one of another tenant', async () => {
    await using t = await testApi()
    const job = await succeeded(t, Buffer.from('video'))
    expect((await post(t, `/v1/jobs/${job.id}/cancel`)).json()).toMatchObject({ status: 409, code: 'state_conflict' })
    const foreign = await withKey(t, ['admin'], OTHER_TENANT)
    const answer = await t.call({ method: 'POST', url: `/v1/jobs/${job.id}/cancel`, headers: foreign })
    expect(answer.json()).toMatchObject({ status: 404, code: 'not_found' })
  })
})

describe('POST /v1/jobs/{id}/retry', () => {
  it('goes on with what was verified, as a new job that names the old one', async () => {
    await using t = await testApi()
    const { id } = await accepted(t)
    const checkpoint = {
      upstreamSession: SESSION,
      inputsUploaded: true as const,
      draftAfter: 'f'.repeat(64),
      sentAt: 1,
    }
    const job = await ended(t, id, 'canceled', checkpoint)

    const answer = await post(t, `/v1/jobs/${job.id}/retry`, { from: 'export' })
    expect(answer.statusCode).toBe(202)
    expect(answer.json()).toMatchObject({ status: 'queued', retry_of: job.id, session_id: job.session, attempt: 1 })
    const { id: retried } = answer.json<{ id: JobRecord['id'] }>()
    expect((await found(t, retried)).checkpoint).toEqual({
      upstreamSession: SESSION,
      inputsUploaded: true,
      draftAfter: 'f'.repeat(64),
    })
    expect(answer.headers['location']).toContain(retried)
  })

  it('takes no body for auto', async () => {
    await using t = await testApi()
    const { id } = await accepted(t)
    const job = await ended(t, id, 'canceled')
    expect((await post(t, `/v1/jobs/${job.id}/retry`)).statusCode).toBe(202)
  })

  it('refuses a job that still runs, and a way that it never came to', async () => {
    await using t = await testApi()
    const job = await accepted(t)
    expect((await post(t, `/v1/jobs/${job.id}/retry`, {})).json()).toMatchObject({ code: 'state_conflict' })
    await ended(t, job.id, 'canceled')
    expect((await post(t, `/v1/jobs/${job.id}/retry`, { from: 'export' })).json()).toMatchObject({
      code: 'state_conflict',
    })
    expect((await post(t, `/v1/jobs/${job.id}/retry`, { from: 'start' })).json()).toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer: '#/from' }],
    })
  })
})

describe('an automatic retry', () => {
  const verified = { upstreamSession: SESSION, inputsUploaded: true as const, sentAt: 1, draftAfter: 'f' }
  const failedAt = (stage: string, checkpoint: JobRecord['checkpoint']): JobRecord =>
    aJob({
      status: 'failed',
      checkpoint,
      error: {
        code: 'internal',
        stage,
        detail: '',
        retryable: true,
        help_url: null,
        upstream: null,
      } as JobRecord['error'],
    })

  it.each([
    ['render', verified, 'export'],
    ['download', verified, 'export'],
    ['verify', verified, 'upload'], // the timeline is not what was wanted: not the same edit on top of it
    ['edit', { ...verified, draftAfter: undefined }, 'upload'], // a message may have been applied
    ['edit', { upstreamSession: SESSION, inputsUploaded: true as const }, 'edit'],
    ['upload', { upstreamSession: SESSION }, 'upload'],
    ['fetch', {}, 'upload'],
  ])('of a failure in %s with %j goes on from %s', (stage, checkpoint, from) => {
    const known = Object.fromEntries(Object.entries(checkpoint).filter(([, value]) => value !== undefined))
    expect(planRetry(failedAt(stage, known), 'auto')?.from).toBe(from)
  })

  it('from the clips begins a session of its own, so that nothing is edited twice', () => {
    expect(planRetry(failedAt('verify', verified), 'auto')).toMatchObject({ sameSession: false })
  })
})
