import { openAsBlob } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { JobView } from '../../src/shared/jobs/job-view.ts'
import { detectBeeps, detectFlashes, flashAndBeepClip, framesWithText, probe, rateOf } from '../support/clips.ts'
import { redisPid, startClipyard } from '../support/clipyard.ts'
import { isRunning } from '../support/process-state.ts'
import { tempDir } from '../support/temp-dir.ts'
import { webhookReceiver } from '../support/webhook-receiver.ts'

const Envelope = z.object({ id: z.string(), type: z.string(), timestamp: z.string(), data: z.object({ job: JobView }) })

const form = async (clip: string, members: Record<string, string>) => {
  const body = new FormData()
  for (const [name, text] of Object.entries(members)) body.set(name, text)
  body.set('file', await openAsBlob(clip), 'talk.mp4')
  return body
}

describe('from a clip and a sentence to a finished video', () => {
  it('cuts the silences, keeps sound on picture, shows the text where it belongs, and tells it signed', async () => {
    await using folder = await tempDir()
    await using receiver = await webhookReceiver()
    await using clipyard = await startClipyard(join(folder.path, 'data'))
    const seconds = 12
    const clip = await flashAndBeepClip(join(folder.path, 'clip.mp4'), {
      seconds,
      width: 640,
      height: 360,
      beepMs: 300,
    })

    const posted = await clipyard.call('/v1/jobs', {
      method: 'POST',
      body: await form(clip, {
        instruction: "trim silences, add the text 'Hello' at 0:02, and export 1080p",
        webhook_url: receiver.url,
      }),
    })
    expect(posted.status).toBe(202)
    const accepted = JobView.parse(await posted.json())

    const [webhook] = await receiver.reached(1)
    const { secret } = (await (await clipyard.call('/v1/webhook-secret')).json()) as { secret: string }
    const event = Envelope.parse(new Webhook(secret).verify(webhook!.body, webhook!.headers as Record<string, string>))
    expect(event).toMatchObject({ type: 'job.succeeded', id: webhook?.headers['webhook-id'] })
    const { job } = event.data
    expect(job).toMatchObject({ id: accepted.id, status: 'succeeded', error: null, progress: 1 })

    const video = join(folder.path, 'output.mp4')
    const download = await fetch(job.output?.download_url ?? '')
    expect(download.headers.get('content-type')).toBe('video/mp4')
    await writeFile(video, Buffer.from(await download.arrayBuffer()))

    const found = await probe(video)
    expect(found.video).toMatchObject({ codec: 'h264', width: 1920, height: 1080, pixelFormat: 'yuv420p' })
    expect(found.audio).toMatchObject({ codec: 'aac' })

    // The length is what the cuts add up to, to the frame, for picture, sound and what the job says.
    const fps = rateOf(found.video.fps)
    const kept = job.timeline?.tracks.find(({ type }) => type === 'video')?.segments ?? []
    const keptMs = kept.reduce((sum, { start_ms, end_ms }) => sum + end_ms - start_ms, 0)
    expect(kept).toHaveLength(seconds)
    expect(Math.abs((found.video.frames / fps) * 1000 - keptMs)).toBeLessThan(1)
    expect(Math.abs((found.audio?.durationMs ?? 0) - keptMs)).toBeLessThan(1000 / fps)
    expect(job.output?.duration_ms).toBe(found.durationMs)
    expect(job.timeline?.duration_ms).toBe(keptMs)

    // The silences are gone: from one beep to the next is a beep and its margins, no second any more.
    const [beeps, flashes] = [await detectBeeps(video, 50), await detectFlashes(video)]
    expect(beeps).toHaveLength(seconds)
    expect(flashes).toHaveLength(seconds)
    const gaps = beeps.slice(1).map((beep, i) => beep - (beeps[i] ?? 0))
    expect(Math.max(...gaps)).toBeLessThan(0.3 + 0.4)
    expect(keptMs).toBeLessThan(seconds * 700)

    // Each beep still falls on its flash, after every cut.
    const apart = beeps.map((beep, i) => Math.abs(beep - (flashes[i] ?? 0) / fps))
    expect(Math.max(...apart)).toBeLessThan(1 / fps)

    // The text is in its frames and nowhere else. (A frame that flashes is white all over and can't tell.)
    const text = job.timeline?.tracks.find(({ type }) => type === 'text')?.segments[0]
    expect(text).toMatchObject({ start_ms: 2_000, label: 'Hello' })
    const [from, to] = [Math.round((2_000 / 1000) * fps), Math.round(((text?.end_ms ?? 0) / 1000) * fps)]
    const flashing = new Set(flashes.flatMap((frame) => [frame, frame + 1]))
    const expected = Array.from({ length: to - from }, (_none, i) => from + i).filter((frame) => !flashing.has(frame))
    expect((await framesWithText(video)).filter((frame) => !flashing.has(frame))).toEqual(expected)
    expect(to).toBeLessThan(found.video.frames)
  }, 120_000)
})

describe('an operator', () => {
  it('kills everything, Redis included, in the middle of a job; the next start goes on without paying again', async () => {
    await using folder = await tempDir()
    const data = join(folder.path, 'data')
    await using receiver = await webhookReceiver()
    const clip = await flashAndBeepClip(join(folder.path, 'clip.mp4'), {
      seconds: 20,
      width: 640,
      height: 360,
      beepMs: 300,
    })

    const first = await startClipyard(data)
    const members = { instruction: 'remove silences and export 1080p', webhook_url: receiver.url }
    const posted = await first.call('/v1/jobs', { method: 'POST', body: await form(clip, members) })
    const { id } = JobView.parse(await posted.json())
    await reachedStage(first, id, 'render')
    const paid = await balance(first)
    await first.killAll()

    await using second = await startClipyard(data)
    expect(second.apiKey).toBe(first.apiKey)
    await receiver.reached(1)
    const job = JobView.parse(await (await second.call(`/v1/jobs/${id}`)).json())
    expect(job).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await balance(second)).toBe(paid)
    expect(receiver.received).toHaveLength(1)
  }, 120_000)

  it('stops it, and neither its Redis nor a worker stays behind', async () => {
    await using folder = await tempDir()
    const data = join(folder.path, 'data')
    await using clipyard = await startClipyard(data)
    const redis = (await redisPid(data)) ?? 0
    expect(isRunning(redis)).toBe(true)

    expect(await clipyard.stop()).toBe(0)
    expect(isRunning(redis)).toBe(false)
  }, 60_000)
})

async function reachedStage(
  clipyard: Awaited<ReturnType<typeof startClipyard>>,
  id: string,
  stage: string,
): Promise<void> {
  for (;;) {
    const job = JobView.parse(await (await clipyard.call(`/v1/jobs/${id}`)).json())
    if (job.stage === stage) return
    if (job.finished_at) throw new Error(`the job ended before ${stage}: ${JSON.stringify(job.error)}`)
  }
}

/** The balance as a job of its own reads it. */
async function balance(clipyard: Awaited<ReturnType<typeof startClipyard>>): Promise<number | undefined> {
  const answer = await clipyard.call('/v1/jobs', {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=30' },
    body: JSON.stringify({ instruction: 'credits' }),
  })
  return JobView.parse(await answer.json()).credits?.available
}
