import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { unsupportedFile } from '../engine-refusal.ts'
import { GUARDED_INPUT, inputPath } from '../programs/media-input.ts'
import { runProgram } from '../programs/run-program.ts'
import { framesPerSecond, usualRate, type FrameRate } from '../timeline/frame-rate.ts'
import type { ProbedStream } from './probe-report.ts'

const READ_TIMEOUT_MS = 120_000
const MAX_RATE = 120

/** The pictures of a clip. `frames` is how many there are at the constant `rate`, `endSeconds` when the last one ends. */
export interface Pictures {
  count: number
  rate: FrameRate
  frames: number
  endSeconds: number
}

/** Reads every packet's time: headers lie about rates and lengths, packets do not. */
export async function readFrames(
  path: string,
  stream: ProbedStream,
  startSeconds: number,
  signal: AbortSignal,
): Promise<Pictures> {
  const span: Span = { count: 0, first: Infinity, last: -Infinity, lastLasts: NaN }
  const read = async (stdout: Readable) => {
    for await (const line of createInterface({ input: stdout })) {
      if (line.trim() === '') continue
      span.count += 1
      const [shownAt = NaN, decodedAt = NaN, lasts = NaN] = line.split(',').map(Number.parseFloat)
      widen(span, Number.isFinite(shownAt) ? shownAt : decodedAt, lasts)
    }
  }
  const wanted = ['-select_streams', 'V:0', '-show_entries', 'packet=pts_time,dts_time,duration_time', '-of', 'csv=p=0']
  const args = ['-v', 'error', ...GUARDED_INPUT, ...wanted, '-i', inputPath(path)]
  const { exitCode } = await runProgram('ffprobe', args, { signal, timeoutMs: READ_TIMEOUT_MS, read })
  if (exitCode !== 0) throw unsupportedFile('it could not be read to its end')
  return toPictures(span, stream, startSeconds)
}

/** In seconds; `lastLasts` is not a number where the file does not tell. */
interface Span {
  count: number
  first: number
  last: number
  lastLasts: number
}

/** AVI tells only when a picture is decoded, which comes to the same for lengths and rates. */
function widen(span: Span, at: number, lasts: number) {
  if (!Number.isFinite(at)) return
  span.first = Math.min(span.first, at)
  if (at < span.last) return
  span.last = at
  span.lastLasts = lasts
}

function toPictures(span: Span, stream: ProbedStream, startSeconds: number): Pictures {
  const length = span.last - span.first
  const average = span.count > 1 && length > 0 ? (span.count - 1) / length : (parseRate(stream.avg_frame_rate) ?? 25)
  const rate = constantRate(stream, average) ?? usualRate(average)
  const last = Number.isFinite(span.last) ? span.last : startSeconds
  const lastFrames = Math.max(1, Math.round((span.lastLasts || 0) * framesPerSecond(rate)))
  const frames = Math.max(1, Math.round((last - startSeconds) * framesPerSecond(rate)) + lastFrames)
  return { count: span.count, rate, frames, endSeconds: frames / framesPerSecond(rate) }
}

/** The rate that the file declares, where its packets bear it out; one that it declares twice may miss a few of them. */
function constantRate(stream: ProbedStream, average: number): FrameRate | undefined {
  const tolerance = stream.r_frame_rate === stream.avg_frame_rate ? 0.02 : 0.002
  for (const text of [stream.r_frame_rate, stream.avg_frame_rate]) {
    const [num = 0, den = 0] = (text ?? '').split('/').map(Number)
    if (!(num > 0 && den > 0) || den > 1001) continue
    if (num / den <= MAX_RATE && Math.abs(num / den / average - 1) < tolerance) return { num, den }
  }
  return undefined
}

function parseRate(text: string | undefined): number | undefined {
  const [num = 0, den = 0] = (text ?? '').split('/').map(Number)
  return num > 0 && den > 0 ? num / den : undefined
}
