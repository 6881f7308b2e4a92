import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  BOTTOM,
  detectBeeps,
  detectFlashes,
  ffmpeg,
  flashAndBeepClip,
  framesWithText,
  probe,
  rateOf,
  textBoxVisible,
  TOP,
} from '../support/clips.ts'
import { setupEngine } from '../support/engine-client.ts'

let engine: Awaited<ReturnType<typeof setupEngine>>

beforeAll(async () => {
  engine = await setupEngine({ credits: 1_000_000 })
})
afterAll(() => engine[Symbol.asyncDispose]())

let outputs = 0

/** Edits clips as one session's timeline and renders it. */
async function edit(clips: string[], instruction: string | null) {
  const sessionId = await engine.session()
  for (const clip of clips) {
    const { body } = await engine.upload(sessionId, clip)
    expect(body).toMatchObject({ code: 0 })
  }
  if (instruction !== null) await engine.say(sessionId, instruction)
  const draft = await engine.draft(sessionId)
  const path = await engine.renderTo(sessionId, engine.file(`out-${(outputs += 1)}.mp4`))
  return { path, draft, ...(await probe(path)) }
}

/** Each flash has a beep within a frame of it, and each beep a flash. */
async function expectInSync(path: string, fps: string, count: number) {
  const flashes = (await detectFlashes(path)).map((frame) => frame / rateOf(fps))
  const beeps = await detectBeeps(path)
  expect([flashes.length, beeps.length]).toEqual([count, count])
  for (const [index, flash] of flashes.entries()) {
    expect(Math.abs(flash - (beeps[index] ?? NaN))).toBeLessThan(1 / rateOf(fps))
  }
}

describe('cuts', () => {
  it.each([['30'], ['30000/1001'], ['25']])(
    'keeps every beep on its flash through 25 cuts at %s frames a second',
    async (fps) => {
      const clip = await flashAndBeepClip(engine.file(`many-${fps.replace('/', '-')}.mp4`), {
        seconds: 25,
        fps,
        width: 160,
        height: 90,
        beepMs: 200,
      })
      const { path, video, audio, draft } = await edit([clip], 'trim silences')
      expect(draft?.t[0]?.sg.length).toBe(25)
      expect(video.fps).toBe(fps.includes('/') ? fps : `${fps}/1`)
      await expectInSync(path, fps, 25)
      const keptMs = draft?.t[0]?.sg.reduce((sum, { d }) => sum + d, 0) ?? 0
      expect(Math.abs((video.frames / rateOf(fps)) * 1000 - keptMs)).toBeLessThan(2)
      expect(Math.abs((audio?.durationMs ?? 0) - keptMs)).toBeLessThan(3)
    },
  )

  it('takes the silences out and leaves a tenth of a second around each sound', async () => {
    const clip = await flashAndBeepClip(engine.file('beeps.mp4'), { seconds: 5, beepFrames: [30, 90], beepMs: 300 })
    const { draft, video } = await edit([clip], 'trim silences')
    const parts = draft?.t[0]?.sg.map(({ m }) => [m['in'], m['out']])
    expect(parts).toEqual([
      [900, 1_400],
      [2_900, 3_400],
    ])
    expect(video.frames).toBe(30)
  })

  it.each([
    ['keep from 0:01 to 0:02', 30],
    ['trim the first 1.5 seconds', 75],
    ['trim the last 0.5 s', 105],
    ['cut from 1 to 3 seconds', 60],
    ['remove the first second and the last second', 60],
  ])('"%s" leaves exactly %i frames', async (instruction, frames) => {
    const clip = await flashAndBeepClip(engine.file('four.mp4'), { seconds: 4 })
    const { video, draft } = await edit([clip], instruction)
    expect(video.frames).toBe(frames)
    expect(draft?.d).toBe(Math.round((frames * 1000) / 30))
  })

  it('puts clips one after the other, of whatever size, rate and sound', async () => {
    const clips = [
      await flashAndBeepClip(engine.file('one.mp4'), { seconds: 2 }),
      await flashAndBeepClip(engine.file('two.mp4'), { seconds: 2, fps: '25', width: 180, height: 320 }),
      await flashAndBeepClip(engine.file('mute.mp4'), { seconds: 2, sound: false, beepFrames: [] }),
    ]
    const { path, video, audio } = await edit(clips, null)
    expect(video).toMatchObject({ frames: 180, width: 320, height: 180, fps: '30/1' })
    expect(audio?.durationMs).toBeCloseTo(6_000, -1)
    const beeps = await detectBeeps(path)
    const flashes = (await detectFlashes(path)).map((frame) => frame / 30)
    expect(flashes.slice(0, 2)).toEqual([0.5, 1.5])
    expect(beeps.map((at) => Math.round(at * 10))).toEqual([5, 15, 25, 35])
  })
})

describe('sizes and forms', () => {
  it.each<[string, { width: number; height: number }, string | null, [number, number]]>([
    ['odd sizes become even', { width: 321, height: 181 }, null, [322, 182]],
    ['a size below full HD stays', { width: 320, height: 180 }, null, [320, 180]],
    ['4K comes down to full HD', { width: 3840, height: 2160 }, null, [1920, 1080]],
    ['upright 4K too', { width: 2160, height: 3840 }, null, [1080, 1920]],
    ['720p scales up', { width: 320, height: 180 }, 'export in 720p', [1280, 720]],
    ['1080p of an upright clip is its width', { width: 90, height: 160 }, 'export in 1080p', [1080, 1920]],
  ])('%s', async (name, size, instruction, [width, height]) => {
    const dark = `color=c=black:s=${size.width + 1}x${size.height + 1}:r=10:d=0.3`
    const exact = `crop=${size.width}:${size.height}:exact=1,format=yuv444p`
    const clip = engine.file(`${name}.mp4`)
    await ffmpeg('-f', 'lavfi', '-i', dark, '-vf', exact, '-c:v', 'mpeg4', '-pix_fmt', 'yuv420p', clip)
    const { video } = await edit([clip], instruction)
    expect(video).toMatchObject({ width, height, codec: 'h264', pixelFormat: 'yuv420p', sar: '1:1' })
  })

  it('turns what was filmed upright, and squares pixels that are not', async () => {
    const clip = await flashAndBeepClip(engine.file('flat.mp4'), { seconds: 1 })
    await ffmpeg('-i', clip, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', engine.file('turned.mp4'))
    await ffmpeg('-i', clip, '-vf', 'setsar=2', '-c:a', 'copy', engine.file('wide.mp4'))
    const turned = await edit([engine.file('turned.mp4')], null)
    expect(turned.video).toMatchObject({ width: 180, height: 320 })
    const wide = await edit([engine.file('wide.mp4')], null)
    expect(wide.video).toMatchObject({ width: 640, height: 180, sar: '1:1' })
  })

  it('gives a clip with uneven frames a constant rate and keeps its beeps in place', async () => {
    const clip = await flashAndBeepClip(engine.file('even.mp4'), { seconds: 6, beepMs: 200 })
    const flashes = 'eq(mod(n-15,30),0)+eq(mod(n-16,30),0)'
    const filter = ['-vf', `select='lt(mod(n,7),4)+${flashes}'`, '-fps_mode', 'vfr', '-c:a', 'copy']
    await ffmpeg('-i', clip, ...filter, engine.file('uneven.mp4'))
    const { path, video } = await edit([engine.file('uneven.mp4')], 'trim silences')
    expect(video.fps).toBe('18/1')
    await expectInSync(path, '18', 6)
  })

  it('makes sound of 48 kHz in stereo, as loud as it was, and none where there was none', async () => {
    const clip = await flashAndBeepClip(engine.file('mono.mp4'), { seconds: 2, beepMs: 900 })
    const { audio, path } = await edit([clip], null)
    expect(audio).toMatchObject({ codec: 'aac', sampleRate: 48_000, channels: 2 })
    expect(await detectBeeps(path)).toHaveLength(2)
    const mute = await flashAndBeepClip(engine.file('no-sound.mp4'), { seconds: 1, sound: false })
    expect((await edit([mute], 'trim the first 0.5 s')).audio).toBeNull()
  })

  it('writes the header before the data, so that a player begins at once', async () => {
    const clip = await flashAndBeepClip(engine.file('fast.mp4'), { seconds: 1 })
    const { path } = await edit([clip], null)
    const { readFile } = await import('node:fs/promises')
    const bytes = await readFile(path)
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'))
  })

  it('gets smaller with lower quality', async () => {
    const sessionId = await engine.session()
    await engine.upload(
      sessionId,
      await flashAndBeepClip(engine.file('q.mp4'), { seconds: 2, width: 640, height: 360 }),
    )
    const sizes = []
    for (const quality of ['low', 'medium', 'high']) {
      const { id } = await engine.render(sessionId, { quality })
      sizes.push(((await engine.reached(id, 'completed'))['output'] as { size: number }).size)
    }
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
    expect(new Set(sizes).size).toBe(3)
  })
})

describe('texts', () => {
  const frames = (from: number, to: number) => Array.from({ length: to - from }, (_none, index) => from + index)

  it('shows a text in its frames and in no other', async () => {
    const clip = await flashAndBeepClip(engine.file('dark.mp4'), { seconds: 4, beepFrames: [] })
    const { path } = await edit([clip], "add the text “Hello: it's 100% \\n [me]; %{n}” from 0:01 to 0:02")
    expect(await framesWithText(path, BOTTOM)).toEqual(frames(30, 60))
    expect(await textBoxVisible(path, 1_000)).toBe(true)
    expect(await textBoxVisible(path, 966)).toBe(false)
    expect(await framesWithText(path, TOP)).toEqual([])
  })

  it('counts a text from the cut timeline, and moves it with later cuts', async () => {
    const clip = await flashAndBeepClip(engine.file('dark5.mp4'), { seconds: 5, beepFrames: [] })
    const sessionId = await engine.session()
    await engine.upload(sessionId, clip)
    await engine.say(sessionId, "add the text 'Hello' at 0:02 for 1 s at the top right, trim the first second")
    expect((await engine.draft(sessionId))?.t[1]?.sg[0]).toMatchObject({ s: 2_000, d: 1_000 })
    await engine.say(sessionId, 'cut the first second')
    expect((await engine.draft(sessionId))?.t[1]?.sg[0]).toMatchObject({ s: 1_000, d: 1_000 })
    const path = await engine.renderTo(sessionId, engine.file('moved.mp4'))
    expect(await framesWithText(path, { x: 0.5, y: 0, width: 0.5, height: 0.25 })).toEqual(frames(30, 60))
  })

  it('cuts a text off at the end, and puts one "at the end" there', async () => {
    const sessionId = await engine.session()
    await engine.upload(sessionId, await flashAndBeepClip(engine.file('two-s.mp4'), { seconds: 2, beepFrames: [] }))
    await engine.say(sessionId, "add the text 'A' at 0:01, add the text 'B' at the end for 0.5 s")
    const texts = (await engine.draft(sessionId))?.t[1]?.sg.map(({ s, d }) => [s, d])
    expect(texts).toEqual([
      [1_000, 1_000],
      [1_500, 500],
    ])
  })
})
