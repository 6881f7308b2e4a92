import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { probeVideo } from '../../../src/workers/edit/probe-video.ts'
import { tempDir } from '../../support/temp-dir.ts'

const CLIP = join(import.meta.dirname, '..', '..', '..', 'examples', 'clip.mp4')
const { signal } = new AbortController()

it('knows a video by its duration and size', async () => {
  expect(await probeVideo(CLIP, signal)).toMatchObject({ durationMs: expect.any(Number), width: expect.any(Number) })
})

it('takes no video that was cut off on its way for a shorter one', async () => {
  await using folder = await tempDir()
  const path = join(folder.path, 'cut.mp4')
  const whole = await readFile(CLIP)
  await writeFile(path, whole.subarray(0, whole.length - 100))
  expect(await probeVideo(path, signal)).toBe('unreadable')
})
