import { expect, it } from 'vitest'
import { readStory } from '../../src/cli/job/read-story.ts'
import { tellStory } from '../../src/cli/job/tell-story.ts'
import { plain } from '../../src/cli/terminal/paint.ts'
import { newJobId, newSessionId } from '../../src/shared/jobs/ids.ts'
import { holderOf } from '../../src/shared/jobs/job-store.ts'
import { EventGroup } from '../../src/workers/webhooks/event-group.ts'
import { fanOut } from '../../src/workers/webhooks/fan-out.ts'
import { upkeepWorld } from '../workers/upkeep/upkeep-world.ts'

type World = Awaited<ReturnType<typeof upkeepWorld>>

const storyOf = async (t: World, id: ReturnType<typeof newJobId>) => {
  const story = await readStory(t, id)
  return story && tellStory(story, { paint: plain, now: t.clock.now() })
}

it('tells what was asked, what happened, why it failed in the upstream’s words, and who was told', async () => {
  await using t = await upkeepWorld()
  const webhook = { url: 'https://receiver.example/hook', events: ['job.failed' as const] }
  const job = await t.accept({ request: { webhook, external_id: 'row-17', metadata: { campaign: 'spring' } } })
  const holder = holderOf(job, 0)
  await t.jobs.begin(holder, job)
  const retry_at = new Date(t.clock.now() + 60_000).toISOString()
  const waiting = { reason: 'credits' as const, detail: 'No credits', since: retry_at, retry_at, help_url: null }
  const checkpoint = {
    upstreamSession: { taskId: 'task-7', sessionId: '900' },
    renderId: 'render-9',
    sentAt: 1_767_225_600_000,
  }
  await t.jobs.wait(holder, 60_000, waiting, { checkpoint, stages: { edit: { ms: 1_500, tries: 2 } } })
  await t.jobs.finish(holder, 'failed', {
    error: {
      code: 'render_failed',
      stage: 'render',
      detail: 'The render failed.',
      retryable: true,
      help_url: 'https://help.example/',
      upstream: { status: 502, code: 'E7', message: 'encoder gave up' },
    },
    expires_at: new Date(t.clock.now() + 1_000).toISOString(),
  })
  const group = new EventGroup({ redis: t.redis, blocking: t.redis, keys: t.keys, consumer: 'test', heldMs: 1 })
  await group.create()
  await fanOut({ ...t, group }, await group.read(1))
  const room = { atMost: 1, perLane: 1, perGroup: 1, lanes: {}, groups: {} }
  const [taken] = (await t.deliveries.take(room)).taken
  const tried = { at: '2026-01-01T00:00:00.000Z', ms: 12, status: 503, error: 'HTTP 503' }
  const delivery = (await t.deliveries.find(taken!.id))!
  await t.deliveries.endTry(delivery, taken!.leaseEnd, { status: 'pending', waitMs: 60_000, tried })

  const story = (await storyOf(t, job.id))!

  expect(story.split('\n')[0]).toMatch(new RegExp(`^${job.id} {2}failed {2}after \\d+ ms$`))
  for (const line of [
    / asked +trim silences/,
    / clips +clip\.mp4 video\/mp4 4 B/,
    / external id +row-17/,
    / metadata +campaign=spring/,
    / code +render_failed/,
    / upstream said +HTTP 502 · E7 · encoder gave up/,
    / help +https:\/\/help\.example\//,
    / queued\n[^]* started\n[^]* waiting +credits: No credits \(until [\d:.]+\)\n[^]* failed\n/,
    / edit +1\.50 s {2}2 tries/,
    / sentAt +2026-01-01 00:00:00\.000Z/,
    / task +task-7\n +session +900\n +render +render-9/,
    / job\.failed → https:\/\/receiver\.example\/hook {2}pending {2}next try /,
    / 00:00:00\.000 +12 ms {2}503 {2}HTTP 503/,
    / nowhere: it has ended/,
    /:job:job_\w+ +hash\n/,
    /input-0 +4 B$/,
  ]) {
    expect(story).toMatch(line)
  }
})

it('says where a job is: ready, behind another of its session, asleep, or held', async () => {
  await using t = await upkeepWorld()
  const session = newSessionId()
  const first = await t.accept({ session })
  const second = await t.accept({ session })
  const other = await t.accept()

  expect(await storyOf(t, first.id)).toContain("ready: 0 of its tenant's jobs go before it")
  expect(await storyOf(t, other.id)).toContain("ready: 1 of its tenant's jobs go before it")
  expect(await storyOf(t, second.id)).toContain(`in its session's line, behind ${first.id}`)

  await t.redis.zrem(t.keys.ready(first.tenant), first.id)
  expect(await storyOf(t, first.id)).toContain('nowhere; run `npm run audit`')
  await t.jobs.begin(holderOf(first, 0), first)
  expect(await storyOf(t, first.id)).toMatch(/a worker holds it \(epoch 0\); its lease ends in [\d.]+ s/)
  await t.jobs.snooze(holderOf(first, 0), 60_000, {})
  expect(await storyOf(t, first.id)).toMatch(/asleep; it wakes in /)
})

it('knows no job that is not there', async () => {
  await using t = await upkeepWorld()
  expect(await readStory(t, newJobId())).toBeNull()
})
