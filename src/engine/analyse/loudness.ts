import type { Readable } from 'node:stream'
import { GUARDED_INPUT, inputPath } from '../programs/media-input.ts'
import { runProgram } from '../programs/run-program.ts'

const SAMPLE_RATE = 16_000
/** One level each so often. */
export const WINDOW_MS = 10
const WINDOW_SAMPLES = (SAMPLE_RATE * WINDOW_MS) / 1000
/** The level of digital silence; nothing is lower. */
export const SILENT_DB = -100

/** The sound's level in dBFS for each window of `WINDOW_MS`, counted from the file's first instant. */
export async function readLevels(path: string, signal: AbortSignal): Promise<number[]> {
  const levels: number[] = []
  const read = async (stdout: Readable) => {
    let rest: Buffer = Buffer.alloc(0)
    for await (const chunk of stdout) {
      rest = measureWindows(Buffer.concat([rest, chunk as Buffer]), levels)
    }
  }
  const filter = `aresample=${SAMPLE_RATE}:async=1:first_pts=0`
  const args = ['-v', 'error', '-nostdin', ...GUARDED_INPUT, '-i', inputPath(path), '-map', '0:a:0', '-af', filter]
  const end = await runProgram('ffmpeg', [...args, '-ac', '1', '-f', 's16le', 'pipe:1'], { signal, read })
  if (end.exitCode !== 0) throw new Error(`the sound could not be read: ${end.lastWords}`)
  return levels
}

/** Adds the level of each whole window; gives back the bytes left over. */
function measureWindows(bytes: Buffer, levels: number[]): Buffer {
  const windowBytes = WINDOW_SAMPLES * 2
  let at = 0
  for (; at + windowBytes <= bytes.length; at += windowBytes) {
    let sum = 0
    for (let offset = at; offset < at + windowBytes; offset += 2) sum += (bytes.readInt16LE(offset) / 32_768) ** 2
    levels.push(sum === 0 ? SILENT_DB : Math.max(SILENT_DB, 10 * Math.log10(sum / WINDOW_SAMPLES)))
  }
  return bytes.subarray(at)
}
