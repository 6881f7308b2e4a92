import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { symlink, writeFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { GUARDED_INPUT, inputPath } from '../programs/media-input.ts'
import { runProgram } from '../programs/run-program.ts'
import type { Quality } from '../store/render-records.ts'
import { framesPerSecond, rateText } from '../timeline/frame-rate.ts'
import { FONT_FILE, textFile, wrapText } from './draw-text.ts'
import { filterGraph, hasSound } from './filter-graph.ts'
import { findFont } from './find-font.ts'
import type { RenderPlan } from './plan.ts'
import { RenderFault } from './render-fault.ts'
import { SAMPLE_RATE } from './sound-grid.ts'

interface EncodeOptions {
  /** An empty folder of the render's own; the output appears in it as `out.mp4`. */
  folder: string
  quality: Quality
  pathOf: (hash: string) => string
  onProgress: (fraction: number) => void
  signal: AbortSignal
}

/** What `output.quality` means: x264's constant rate factor (lower is better) and the sound's bit rate. */
const QUALITY = {
  low: { crf: '28', soundRate: '96k' },
  medium: { crf: '23', soundRate: '128k' },
  high: { crf: '20', soundRate: '192k' },
} as const satisfies Record<Quality, object>

const GRAPH_FILE = 'graph.txt'
const OUTPUT_FILE = 'out.mp4'

/**
 * Renders a plan with one ffmpeg: H.264 and AAC in an MP4 that can be played while it is fetched.
 * @returns the output's path. @throws RenderFault with ffmpeg's last lines.
 */
export async function encode(plan: RenderPlan, options: EncodeOptions): Promise<string> {
  const { folder, signal } = options
  await writeFile(join(folder, GRAPH_FILE), filterGraph(plan))
  await writeTexts(plan, folder, signal)
  const args = ['-v', 'error', '-nostdin', '-y', ...inputs(plan, options.pathOf), ...outputs(plan, options.quality)]
  const read = (stdout: Readable) => readProgress(stdout, plan.frames, options.onProgress)
  const { exitCode, lastWords } = await runProgram('ffmpeg', args, { cwd: folder, signal, read })
  if (exitCode !== 0) throw new RenderFault(`ffmpeg ended with ${exitCode}: ${lastLines(lastWords)}`)
  return join(folder, OUTPUT_FILE)
}

async function writeTexts({ texts, size }: RenderPlan, folder: string, signal: AbortSignal): Promise<void> {
  if (texts.length === 0) return
  await symlink(await findFont(texts.map(({ text }) => text).join(''), signal), join(folder, FONT_FILE))
  await Promise.all(texts.map(({ text }, index) => writeFile(join(folder, textFile(index)), wrapText(text, size))))
}

/** Each input is read no further than its last frame, and a second for what decoders hold back. */
function inputs({ rate, runs, sounds }: RenderPlan, pathOf: (hash: string) => string): string[] {
  const clips = runs.flatMap((run) => {
    const seconds = (run.parts.at(-1)?.to ?? 0) / framesPerSecond(rate) + 1
    const limit = run.still ? [] : ['-t', seconds.toFixed(3)]
    return [...GUARDED_INPUT, ...limit, '-i', inputPath(pathOf(run.clip.hash))]
  })
  return [...clips, ...sounds.flatMap(({ clip }) => [...GUARDED_INPUT, '-i', inputPath(pathOf(clip.hash))])]
}

function outputs(plan: RenderPlan, quality: Quality): string[] {
  const { crf, soundRate } = QUALITY[quality]
  const sound = ['-map', '[sound]', '-c:a', 'aac', '-b:a', soundRate, '-ar', `${SAMPLE_RATE}`, '-ac', '2']
  const picture = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', crf, '-pix_fmt', 'yuv420p']
  const timing = ['-r', rateText(plan.rate), '-fps_mode', 'cfr']
  const file = ['-map_metadata', '-1', '-max_muxing_queue_size', '9999', '-movflags', '+faststart', '-f', 'mp4']
  const graph = ['-filter_complex_script', GRAPH_FILE, '-map', '[picture]', ...(hasSound(plan) ? sound : [])]
  return [...graph, ...picture, ...timing, ...file, '-progress', 'pipe:1', OUTPUT_FILE]
}

async function readProgress(stdout: Readable, frames: number, onProgress: (fraction: number) => void) {
  for await (const line of createInterface({ input: stdout })) {
    const frame = /^frame=\s*(\d+)/.exec(line)?.[1]
    if (frame !== undefined) onProgress(Math.min(1, Number(frame) / frames))
  }
}

const lastLines = (text: string) => text.split('\n').slice(-3).join(' · ')
