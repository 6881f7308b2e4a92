import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ffmpeg, flashAndBeepClip, probe } from '../support/clips.ts'
import { setupEngine, textsOf } from '../support/engine-client.ts'

let engine: Awaited<ReturnType<typeof setupEngine>>
let clip: string

beforeAll(async () => {
  engine = await setupEngine({ credits: 1_000_000, maxUploadBytes: 2_000_000 })
  clip = await flashAndBeepClip(engine.file('clip.mp4'), { seconds: 4, beepMs: 300 })
})
afterAll(() => engine[Symbol.asyncDispose]())

const stored = async () => (await readdir(join(engine.config.dataDir, 'clips'))).length
/** A file of this machine that a playlist may name. */
const aTransportStream = async () => {
  await ffmpeg('-i', clip, '-c', 'copy', engine.file('secret.ts'))
  return engine.file('secret.ts')
}
const incoming = async () => (await readdir(join(engine.config.dataDir, 'incoming'))).length

it.each<[string, () => Promise<string | Buffer>]>([
  ['a text', async () => 'no video at all, whatever the name says'],
  ['an empty file', async () => ''],
  [
    'a playlist that names another file',
    async () => `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile://${await aTransportStream()}\n#EXT-X-ENDLIST\n`,
  ],
  ['a concat script', async () => "ffconcat version 1.0\nfile '/etc/passwd'\n"],
  ['random bytes', async () => Buffer.from(Array.from({ length: 5_000 }, (_none, index) => (index * 7919) % 251))],
  [
    'a video without its second half',
    async () => {
      const bytes = await readFile(clip)
      return bytes.subarray(0, bytes.length / 2)
    },
  ],
  [
    'a download that broke off after its header',
    async () => {
      await ffmpeg('-i', clip, '-c', 'copy', '-movflags', '+faststart', engine.file('fast.mp4'))
      const bytes = await readFile(engine.file('fast.mp4'))
      return bytes.subarray(0, bytes.length / 2)
    },
  ],
])('refuses %s under the name of a video, says what is taken, and keeps nothing', async (_name, content) => {
  const path = engine.file('hostile.mp4')
  await writeFile(path, await content())
  const before = await stored()
  const sessionId = await engine.session()
  const { status, body } = await engine.upload(sessionId, path, 'clip.mp4')
  expect([status, body['code']]).toEqual([200, 4001])
  expect(body['message']).toContain('mp4 mov avi webm mkv')
  expect([await stored(), await incoming()]).toEqual([before, 0])
  expect(await engine.draft(sessionId)).toBeUndefined()
})

it('refuses what is too large, and keeps nothing', async () => {
  const path = engine.file('large.bin')
  await writeFile(path, Buffer.alloc(2_000_001, 7))
  const before = await stored()
  const { body } = await engine.upload(await engine.session(), path)
  expect(body['code']).toBe(4002)
  expect([await stored(), await incoming()]).toEqual([before, 0])
})

it.each([
  ['a.webm', 'video', ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis']],
  ['a.avi', 'video', ['-c:v', 'mpeg4', '-c:a', 'libmp3lame']],
  ['a.mov', 'video', ['-c:v', 'mjpeg', '-c:a', 'pcm_s16le']],
  ['a.mkv', 'video', ['-c:v', 'ffv1', '-c:a', 'flac']],
  ['a.gif', 'video', ['-an', '-vf', 'scale=64:36,fps=10']],
  ['a.jpg', 'image', ['-frames:v', '1']],
  ['a.png', 'image', ['-frames:v', '1']],
  ['a.webp', 'image', ['-frames:v', '1']],
  ['a.mp3', 'audio', ['-vn']],
  ['a.wav', 'audio', ['-vn']],
  ['a.m4a', 'audio', ['-vn']],
  ['a.aac', 'audio', ['-vn']],
])('takes %s as %s, by what is in it', async (name, type, encode) => {
  await ffmpeg('-i', clip, ...encode, engine.file(name))
  const { body } = await engine.upload(await engine.session(), engine.file(name), 'upload.bin')
  const [file] = (body['data'] as { files: { file_type: string; duration: number }[] }).files
  expect(file?.file_type).toBe(type)
  expect(file?.duration).toBeCloseTo(type === 'image' ? 0 : 4, 0)
})

it('shows a picture for five seconds, with music under it', async () => {
  const sessionId = await engine.session()
  await ffmpeg('-i', clip, '-frames:v', '1', engine.file('still.png'))
  await ffmpeg('-i', clip, '-vn', engine.file('music.mp3'))
  await engine.upload(sessionId, engine.file('still.png'))
  await engine.upload(sessionId, engine.file('music.mp3'))
  const out = await probe(await engine.renderTo(sessionId, engine.file('slide.mp4')))
  expect(out.video.frames).toBe(125)
  expect(out.audio?.durationMs).toBeCloseTo(5_000, -1)
})

it('fetches clips from addresses, and not what is behind other ones', async () => {
  const bytes = await readFile(clip)
  const server = createServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: 'file:///etc/passwd' }).end()
    else if (request.url === '/city.mp4') response.end(bytes)
    else response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const sessionId = await engine.session()
  const upload = (url: string) =>
    engine.post(`/api/upload-video/nemo_agent/me/${sessionId}`, { urls: [url], source_type: 'url' })
  expect((await upload(`${base}/city.mp4`)).body).toMatchObject({
    code: 0,
    data: { files: [{ filename: 'city.mp4' }] },
  })
  expect((await upload(`${base}/moved`)).status).toBe(400)
  expect((await upload(`${base}/gone`)).body['code']).toBe(4003)
  expect((await upload('http://127.0.0.1:1/x')).body['code']).toBe(4003)
  expect((await engine.draft(sessionId))?.t[0]?.sg).toHaveLength(1)
  server.close()
})

it.each([
  ['silent throughout', ['-af', 'volume=0'], 'silent from start to end'],
  ['without sound', ['-an'], 'no sound'],
  ['loud throughout', ['-f', 'lavfi', '-i', 'sine=300:d=4', '-map', '0:v', '-map', '1:a'], 'No silences were found'],
])('tells that there is nothing to trim in a clip that is %s', async (name, filter, reason) => {
  await ffmpeg('-i', clip, ...filter, '-c:v', 'copy', engine.file(`${name}.mp4`))
  const sessionId = await engine.session()
  await engine.upload(sessionId, engine.file(`${name}.mp4`))
  const before = await engine.draft(sessionId)
  const { available } = await engine.balance()
  expect(textsOf(await engine.say(sessionId, 'trim silences')).join()).toContain(reason)
  expect(await engine.draft(sessionId)).toEqual(before)
  expect((await engine.balance()).available).toBe(available)
})

it('finds the pauses of a noisy recording by its own loudness', async () => {
  const noise = ['-f', 'lavfi', '-i', 'anoisesrc=a=0.01:r=48000:d=4']
  const mix = [
    '-filter_complex',
    '[0:a][1:a]amix=inputs=2:normalize=0[a]',
    '-map',
    '0:v',
    '-map',
    '[a]',
    '-c:v',
    'copy',
  ]
  await ffmpeg('-i', clip, ...noise, ...mix, engine.file('noisy.mp4'))
  const sessionId = await engine.session()
  await engine.upload(sessionId, engine.file('noisy.mp4'))
  await engine.say(sessionId, 'trim silences')
  expect((await engine.draft(sessionId))?.t[0]?.sg).toHaveLength(4)
})
