import { describe, expect, it } from 'vitest'
import { aJob } from '../../support/a-job.ts'
import { runLeg } from '../../../src/workers/edit/run-leg.ts'
import { defineStep, type StepContext } from '../../../src/workers/edit/step.ts'

/** A leg of one step that meets this error. */
async function meet(error: Error) {
  const step = defineStep({
    name: 'a step',
    stage: 'fetch',
    needs: [],
    adds: ['inputs'],
    run: (): Promise<never> => Promise.reject(error),
  })
  const ctx = { job: aJob(), signal: new AbortController().signal, settings: {} } as StepContext
  return runLeg([step], ctx, { checkpoint: {}, save: async () => undefined })
}

const named = (name: string, message: string) => Object.assign(new Error(message), { name })

describe('a step that meets an error', () => {
  it.each([
    named('ReplyError', 'LOADING Redis is loading the dataset in memory'),
    named('ReplyError', 'READONLY You can not write against a read only replica.'),
    named('MaxRetriesPerRequestError', 'Reached the max retries per request limit (which is 0).'),
    new Error("Stream isn't writeable and enableOfflineQueue options is false"),
    new Error('Command timed out'),
    new Error('Connection is closed.'),
  ])('breaks its leg off where Redis is away, which is no failure of the job: $message', async (error) => {
    await expect(meet(error)).rejects.toBe(error)
  })

  it.each([
    Object.assign(new Error('read ECONNRESET'), { syscall: 'read', code: 'ECONNRESET' }),
    Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:80'), { syscall: 'connect', code: 'ECONNREFUSED' }),
    new Error('anything else'),
  ])('fails where it is any other: $message', async (error) => {
    expect(await meet(error)).toMatchObject({ kind: 'failed', error: { code: 'internal', cause: error } })
  })
})
