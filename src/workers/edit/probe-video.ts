import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'
import { isWholeMp4 } from '../../shared/media/is-whole-mp4.ts'

export interface VideoFacts {
  durationMs: number
  width: number
  height: number
}

const Probe = z.object({
  streams: z.array(z.object({ width: z.int(), height: z.int() })).min(1),
  format: z.object({ duration: z.coerce.number() }),
})

const PROBE_MS = 30_000

const run = promisify(execFile)

/** Duration and size of a video file. `unreadable` when it is none or not all of one; null where there is no ffprobe on this machine. */
export async function probeVideo(path: string, signal: AbortSignal): Promise<VideoFacts | 'unreadable' | null> {
  // ffprobe reads the head alone, and takes a file that was cut off for a whole one.
  if (!(await isWholeMp4(path))) return 'unreadable'
  const shown = ['-show_entries', 'stream=width,height:format=duration', '-of', 'json']
  const safe = ['-v', 'error', '-protocol_whitelist', 'file']
  try {
    const args = [...safe, '-select_streams', 'v:0', ...shown, '-i', `file:${path}`]
    const { stdout } = await run('ffprobe', args, { signal, timeout: PROBE_MS })
    const { streams, format } = Probe.parse(JSON.parse(stdout))
    const [video] = streams
    return video ? { ...video, durationMs: Math.round(format.duration * 1000) } : 'unreadable'
  } catch (error) {
    signal.throwIfAborted()
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : 'unreadable'
  }
}
