import { expect, it, vi } from 'vitest'
import { mp4Bytes } from './support/bytes.ts'
import { filesIn } from './support/files.ts'
import { postForm, type Part } from './support/post-form.ts'
import { testApi, type TestApi } from './support/test-api.ts'

const CLIP: Part[] = [['file', mp4Bytes(), 'a.mp4']]

/** Lets the script that accepts a job end as a connection does that breaks before or after it was done. */
function breakAccepting({ deps: { redis } }: TestApi, how: 'before' | 'after' | 'refused'): void {
  const run = redis.eval.bind(redis) as (...args: unknown[]) => Promise<unknown>
  const broken = async (...args: unknown[]) => {
    if (how === 'after') await run(...args)
    throw new Error(how === 'refused' ? 'OOM command not allowed' : 'Command timed out')
  }
  vi.spyOn(redis, 'evalsha').mockRejectedValue(new Error('NOSCRIPT'))
  vi.spyOn(redis, 'eval').mockImplementation(broken as never)
}

it('answers with the job when only the reply to writing it was lost', async () => {
  await using t = await testApi()
  breakAccepting(t, 'after')

  const { status, body } = await postForm(t, CLIP)

  expect([status, body.status]).toEqual([202, 'queued'])
  expect(await filesIn(t.folder)).toHaveLength(1)
})

it.each(['before', 'refused'] as const)('leaves nothing when a job was surely not written (%s)', async (how) => {
  await using t = await testApi()
  breakAccepting(t, how)

  expect((await postForm(t, CLIP)).body.code).toBe('unavailable')
  expect(await filesIn(t.folder)).toEqual([])
})

it('keeps the clips while it can not know whether the job was written', async () => {
  await using t = await testApi()
  breakAccepting(t, 'after')
  t.deps.jobs.find = () => Promise.reject(new Error('Connection is closed.'))

  expect((await postForm(t, CLIP)).body.code).toBe('unavailable')
  expect(await filesIn(t.folder)).toHaveLength(1)
})
