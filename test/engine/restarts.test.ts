import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/shared/time/clock.ts'
import { ffmpeg, flashAndBeepClip, probe } from '../support/clips.ts'
import { setupEngine, type Draft } from '../support/engine-client.ts'

type Engine = Awaited<ReturnType<typeof setupEngine>>

/** A render of a picture that is shown so long, at work. A second of it takes ffmpeg a small part of a second. */
async function aLongRender(engine: Engine, seconds: number) {
  const sessionId = await engine.session()
  await ffmpeg('-f', 'lavfi', '-i', 'testsrc=s=320x180:d=1', '-frames:v', '1', engine.file('still.png'))
  await engine.upload(sessionId, engine.file('still.png'))
  const draft = lengthened(await engine.draft(sessionId), seconds * 1_000)
  const { id } = await engine.render(sessionId, { draft })
  await aProgram(engine)
  return { sessionId, id, draft }
}

const lengthened = (draft: Draft | undefined, ms: number) => ({
  ...draft,
  m: { height: 1080 },
  t: draft?.t.map((track) => ({
    ...track,
    sg: track.sg.map((segment) => ({ ...segment, m: { ...segment.m, out: ms } })),
  })),
})

/** Ids of the programs that work inside the engine's folder. */
async function programs(engine: Engine): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')))
  return pids.filter((_pid, index) => folders[index]?.startsWith(engine.config.dataDir))
}

/** Waits until ffmpeg is at work. */
async function aProgram(engine: Engine): Promise<string> {
  for (;;) {
    const [pid] = await programs(engine)
    if (pid !== undefined) return pid
    await systemClock.sleep(10)
  }
}

const left = (engine: Engine, folder: string) => readdir(join(engine.config.dataDir, folder))

it('keeps tokens, sessions, clips and finished renders across a restart', async () => {
  await using engine = await setupEngine()
  const sessionId = await engine.session()
  await engine.upload(sessionId, await flashAndBeepClip(engine.file('a.mp4'), { seconds: 3 }))
  await engine.say(sessionId, 'trim the first second')
  const { id } = await engine.render(sessionId)
  await engine.reached(id, 'completed')
  const before = [await engine.draft(sessionId), await engine.balance()]
  await engine.restart()
  expect([await engine.draft(sessionId), await engine.balance()]).toEqual(before)
  const { body } = await engine.poll(id)
  expect((await fetch((body['output'] as { url: string }).url)).status).toBe(200)
})

it('does a render again that a stop interrupted', async () => {
  await using engine = await setupEngine()
  const { id } = await aLongRender(engine, 8)
  await engine.restart()
  const { body } = await engine.poll(id)
  expect(['pending', 'processing']).toContain(body['status'])
  await engine.reached(id, 'completed')
})

it('cancels a render: ffmpeg is gone, and so is what it wrote', async () => {
  await using engine = await setupEngine()
  const { id } = await aLongRender(engine, 3_600)
  const { body } = await engine.post(`/api/render/proxy/lambda/${id}/cancel`, {})
  expect(body).toMatchObject({ success: true, data: { id, status: 'failed' } })
  expect(await programs(engine)).toEqual([])
  expect([await left(engine, 'work'), await left(engine, 'outputs')]).toEqual([[], []])
  expect((await engine.poll(id)).body).toMatchObject({ status: 'failed', error: 'canceled' })
})

it('cancels a render that waits for its turn', async () => {
  await using engine = await setupEngine({ renders: 1 })
  const { id: running, sessionId } = await aLongRender(engine, 3_600)
  const { id } = await engine.render(sessionId)
  expect((await engine.poll(id)).body['status']).toBe('pending')
  await engine.post(`/api/render/proxy/lambda/${id}/cancel`, {})
  expect((await engine.poll(id)).body).toMatchObject({ status: 'failed', error: 'canceled' })
  expect((await engine.poll(running)).body['status']).toBe('processing')
  await engine.post(`/api/render/proxy/lambda/${running}/cancel`, {})
})

it('leaves no program behind when it closes', async () => {
  await using engine = await setupEngine()
  await aLongRender(engine, 3_600)
  await engine.close()
  expect(await programs(engine)).toEqual([])
})

it('is killed in the middle of a render and brings it to its end after the next start', async () => {
  await using engine = await setupEngine()
  const sessionId = await engine.session()
  await engine.upload(sessionId, await flashAndBeepClip(engine.file('long.mp4'), { seconds: 6, beepFrames: [] }))
  await engine.say(sessionId, 'export in 1080p')
  const draft = await engine.draft(sessionId)
  await engine.close()

  const other = await engineProcess(engine)
  const body = JSON.stringify({ id: 'render_killed', sessionId, draft })
  const headers = { ...engine.headers(), 'content-type': 'application/json' }
  await fetch(`${other.url}/api/render/proxy/lambda`, { method: 'POST', headers, body })
  const orphan = await aProgram(engine)
  await other.kill()

  expect(await programs(engine)).toEqual([orphan])
  await engine.restart()
  expect(await left(engine, 'outputs')).toEqual([])
  expect(await programs(engine)).not.toContain(orphan)
  const done = await engine.reached('render_killed', 'completed')
  const [name = ''] = await left(engine, 'outputs')
  expect((done['output'] as { url: string }).url).toContain(name)
  expect((await probe(join(engine.config.dataDir, 'outputs', name))).video.frames).toBe(180)
  expect((await readFile(join(engine.config.dataDir, 'outputs', name))).length).toBe(
    (done['output'] as { size: number }).size,
  )
})

async function engineProcess(engine: Engine) {
  const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href)
  const code = `
    import { startEngine } from ${source('engine/start-engine.ts')}
    import { silentLogger } from ${source('shared/observe/logger.ts')}
    const { url } = await startEngine({ config: ${JSON.stringify(engine.config)}, log: silentLogger })
    process.stdout.write(url)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [url] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    url: url.toString(),
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
