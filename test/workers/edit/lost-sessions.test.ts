import { describe, expect, it } from 'vitest'
import { newSessionId } from '../../../src/shared/jobs/ids.ts'
import { setupNemoWorkers } from '../../support/nemo-workers.ts'

type Workers = Awaited<ReturnType<typeof setupNemoWorkers>>

async function run(t: Workers, wanted: Parameters<Workers['submit']>[0], end: 'succeeded' | 'failed') {
  const id = await t.submit(wanted)
  await t.moves.reached(end, id)
  return id
}

describe('a session that the upstream lost', () => {
  it('is replaced for the job that made it, also where that is made from words alone', async () => {
    await using t = await setupNemoWorkers()
    t.upstream.refuseOnce('message', 200, { code: 1002, message: 'session not found' })
    const id = await run(t, { inputs: [] }, 'succeeded')
    expect(await t.outcome(id)).toMatchObject({ sessions: 2, uploads: 0, messages: 2, edits: 1 })
  })

  it.each([
    ['with clips of its own', {}, 'edit_rejected at upload'],
    ['without clips', { inputs: [] }, 'edit_rejected at upload'],
    ['that only exports', { inputs: [], action: 'export' as const }, 'render_failed at upload'],
  ])('is never begun empty by a later job %s', async (_what, wanted, error) => {
    await using t = await setupNemoWorkers()
    const session = newSessionId()
    await run(t, { session }, 'succeeded')
    t.upstream.world.sessions.clear()
    const id = await run(t, { session, ...wanted }, 'failed')

    expect(await t.outcome(id)).toMatchObject({ error, sessions: 1, messages: 1, renders: 1 })
    expect((await t.jobs.find(id))?.error).toMatchObject({
      detail: expect.stringContaining('the upstream lost it'),
      retryable: error.startsWith('render'),
      upstream: { code: 1002 },
    })
  })

  it('is never begun empty where an earlier job had put only its clips there', async () => {
    await using t = await setupNemoWorkers()
    const session = newSessionId()
    await run(t, { session, action: 'upload' }, 'succeeded')
    t.upstream.world.sessions.clear()
    const id = await run(t, { session }, 'failed')
    expect(await t.outcome(id)).toMatchObject({ error: 'edit_rejected at upload', messages: 0, sessions: 1 })
  })

  it('is no ground for a later job either', async () => {
    await using t = await setupNemoWorkers()
    const session = newSessionId()
    await run(t, { session }, 'succeeded')
    t.upstream.world.sessions.clear()
    await run(t, { session }, 'failed')
    await run(t, { session }, 'failed')
    expect(t.counts()).toMatchObject({ sessions: 1, messages: 1 })
  })

  it('is replaced where the earlier job left nothing in it', async () => {
    await using t = await setupNemoWorkers()
    const session = newSessionId()
    t.upstream.refuseOnce('upload', 200, { code: 4001, message: 'no video' })
    await run(t, { session }, 'failed')
    t.upstream.world.sessions.clear()
    const id = await run(t, { session }, 'succeeded')
    expect(await t.outcome(id)).toMatchObject({ messages: 1, edits: 1 })
  })

  it('after the message was answered ends the job, which says that a charge is possible', async () => {
    await using t = await setupNemoWorkers()
    t.upstream.once('message', async (request, response) => {
      await t.upstream.asUsual(request, response)
      t.upstream.world.sessions.clear()
    })
    const id = await run(t, {}, 'failed')
    expect(await t.outcome(id)).toMatchObject({ error: 'edit_not_applied at verify', messages: 1, sessions: 1 })
    expect((await t.jobs.find(id))?.error?.detail).toContain('A charge is possible')
  })
})
