import { unsupportedFile } from '../engine-refusal.ts'
import { GUARDED_INPUT, inputPath } from '../programs/media-input.ts'
import { readProgram } from '../programs/run-program.ts'
import type { ClipFacts } from './clip-facts.ts'
import { readFrames } from './read-frames.ts'
import { audioStream, durationSeconds, ProbeReport, shownSize, startSeconds, videoStream } from './probe-report.ts'

const PROBE_TIMEOUT_MS = 30_000
const MAX_SIDE = 8192
const MIN_SIDE = 16
const STILL_FORMATS = /^(png_pipe|jpeg_pipe|webp_pipe|gif)$/

/**
 * Looks into a file and tells what it is by its content, whatever its name.
 * @throws EngineRefusal 4001 where nothing in it can be used, or where it ends too early.
 */
export async function probeClip(path: string, signal: AbortSignal): Promise<Omit<ClipFacts, 'hash' | 'sizeBytes'>> {
  const report = await probe(path, signal)
  if (videoStream(report)) return picturesOf(report, path, signal)
  if (audioStream(report)) return soundOf(report, path, signal)
  throw unsupportedFile('there is neither picture nor sound in it')
}

async function probe(path: string, signal: AbortSignal): Promise<ProbeReport> {
  const wanted = ['-show_format', '-show_streams', '-of', 'json']
  const args = ['-v', 'error', ...GUARDED_INPUT, ...wanted, '-i', inputPath(path)]
  const { exitCode, stdout, lastWords } = await readProgram('ffprobe', args, { signal, timeoutMs: PROBE_TIMEOUT_MS })
  if (exitCode !== 0) throw unsupportedFile('it could not be read', new Error(lastWords))
  const report = ProbeReport.safeParse(JSON.parse(stdout))
  if (!report.success) throw unsupportedFile('it could not be read', report.error)
  return report.data
}

async function picturesOf(report: ProbeReport, path: string, signal: AbortSignal) {
  const stream = videoStream(report)
  if (!stream) throw new TypeError('a clip without a video stream has no pictures')
  const { width, height } = shownSize(stream)
  if (Math.max(width, height) > MAX_SIDE || Math.min(width, height) < MIN_SIDE) {
    throw unsupportedFile(`a picture of ${width}x${height} is outside ${MIN_SIDE} to ${MAX_SIDE} pixels a side`)
  }
  const pictures = await readFrames(path, stream, startSeconds(report), signal)
  if (pictures.count === 0) throw unsupportedFile('no picture in it could be read')
  await decodeStart(path, ['-map', '0:v:0', '-frames:v', '1'], signal)
  const { rate, frames } = pictures
  const hasAudio = audioStream(report) !== undefined
  if (STILL_FORMATS.test(report.format.format_name) && pictures.count === 1) {
    return { kind: 'image' as const, durationMs: 0, width, height, rate, frames: 1, hasAudio: false }
  }
  refuseCutOff(pictures.endSeconds, Number(stream.duration ?? NaN) || durationSeconds(report))
  const durationMs = Math.round(pictures.endSeconds * 1000)
  return { kind: 'video' as const, durationMs, width, height, rate, frames, hasAudio }
}

async function soundOf(report: ProbeReport, path: string, signal: AbortSignal) {
  const durationMs = Math.round(durationSeconds(report) * 1000)
  await decodeStart(path, ['-map', '0:a:0', '-frames:a', '1'], signal)
  if (durationMs <= 0) throw unsupportedFile('its sound has no length')
  const none = { width: 0, height: 0, rate: { num: 0, den: 1 }, frames: 0 }
  return { kind: 'audio' as const, durationMs, hasAudio: true, ...none }
}

async function decodeStart(path: string, what: string[], signal: AbortSignal): Promise<void> {
  const args = ['-v', 'error', '-nostdin', ...GUARDED_INPUT, '-i', inputPath(path), ...what, '-f', 'null', '-']
  const { exitCode, lastWords } = await readProgram('ffmpeg', args, { signal, timeoutMs: PROBE_TIMEOUT_MS })
  if (exitCode !== 0) throw unsupportedFile('it could not be decoded', new Error(lastWords))
}

/** A download that broke off still has its header: the header's length is held against the pictures that are there. */
function refuseCutOff(endSeconds: number, toldSeconds: number) {
  if (toldSeconds > 1 && endSeconds < toldSeconds * 0.9 - 0.5) {
    throw unsupportedFile(`it ends after ${endSeconds.toFixed(1)} s of ${toldSeconds.toFixed(1)} s: it is cut off`)
  }
}
