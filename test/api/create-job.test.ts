import { expect, it } from 'vitest'
import { testApi } from './support/test-api.ts'

it('takes a job as JSON and shows it where it says', async () => {
  await using t = await testApi()

  const reply = await t.call({
    method: 'POST',
    url: '/v1/jobs',
    payload: { inputs: [{ url: 'https://example.com/clips/one.mp4' }], instruction: ' trim silences ' },
  })

  expect(reply.statusCode, reply.body).toBe(202)
  const job = reply.json()
  expect(job).toMatchObject({
    object: 'job',
    status: 'queued',
    action: 'edit',
    instruction: 'trim silences',
    inputs: [{ kind: 'url', name: 'one.mp4' }],
    priority: 'normal',
  })
  expect(reply.headers['location']).toBe(`https://clipyard.test/v1/jobs/${job.id}`)
  expect((await t.call({ url: `/v1/jobs/${job.id}` })).json()).toEqual(job)
})
