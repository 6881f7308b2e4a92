import { rateText } from '../timeline/frame-rate.ts'
import { drawText } from './draw-text.ts'
import { fitInto } from './output-size.ts'
import type { RenderPlan, Run, Sound } from './plan.ts'
import { selectExpression } from './select-expression.ts'
import { SAMPLE_RATE, soundGrid, soundParts, type SoundGrid } from './sound-grid.ts'

const SOUND_FORMAT = `aformat=sample_fmts=fltp:sample_rates=${SAMPLE_RATE}:channel_layouts=stereo`

/** AAC takes frames of this size; a first frame of another would be padded, and all that follows be late. */
const FOR_ENCODER = 'asetnsamples=n=1024:p=0'

/** Whether the output has sound: silence is added to what has none, but not to a wholly silent timeline. */
export const hasSound = ({ runs, sounds }: RenderPlan) => sounds.length > 0 || runs.some(({ clip }) => clip.hasAudio)

/** The whole render as one graph. Input n is run n, and after them the sounds. Ends in `[picture]` and `[sound]`. */
export function filterGraph(plan: RenderPlan): string {
  const { runs, sounds } = plan
  const chains = [...runs.map((run, index) => pictureChain(plan, run, index)), joinPictures(plan)]
  if (!hasSound(plan)) return chains.join(';\n')
  const grid = soundGrid(plan.rate)
  const mixed = sounds.map((sound, index) => musicChain(plan, sound, runs.length + index, index))
  return [
    ...chains,
    ...runs.map((run, index) => soundChain(run, index, grid)),
    ...mixed,
    joinSounds(runs.length, sounds.length),
  ].join(';\n')
}

/** The last frame is held as long as needed: a header may promise one more than there is. */
function pictureChain({ rate, size }: RenderPlan, run: Run, index: number): string {
  const end = run.parts.at(-1)?.to ?? 0
  const fit = fitInto(size, run.clip)
  const filters = [
    run.still ? 'loop=loop=-1:size=1:start=0' : `fps=fps=${rateText(rate)}:start_time=0`,
    ...(run.still ? [`settb=${rate.den}/${rate.num}`, 'setpts=N'] : ['tpad=stop_mode=clone:stop=-1']),
    `trim=end_frame=${end}`,
    `select='${selectExpression(run.parts)}'`,
    `scale=${fit.width}:${fit.height}:flags=lanczos:out_range=tv`,
    `pad=${size.width}:${size.height}:(ow-iw)/2:(oh-ih)/2`,
    'setsar=1',
    'format=yuv420p',
    `settb=${rate.den}/${rate.num}`,
    'setpts=N',
  ]
  return `[${index}:V:0]${filters.join(',')}[p${index}]`
}

function joinPictures({ rate, runs, texts, size }: RenderPlan): string {
  const inputs = runs.map((_run, index) => `[p${index}]`).join('')
  const joined = runs.length === 1 ? [] : [`concat=n=${runs.length}:v=1:a=0`]
  const filters = [...joined, `settb=${rate.den}/${rate.num}`, 'setpts=N', ...texts.map(drawText(size))]
  return `${inputs}${filters.join(',')}[picture]`
}

function soundChain(run: Run, index: number, grid: SoundGrid): string {
  const parts = soundParts(run, grid)
  const { unitSamples } = grid
  if (!run.clip.hasAudio) {
    const units = parts.reduce((sum, { from, to }) => sum + to - from, 0)
    const silence = `anullsrc=r=${SAMPLE_RATE}:cl=stereo,atrim=end_sample=${units * unitSamples}`
    return `${silence},${SOUND_FORMAT}[s${index}]`
  }
  const endSample = (parts.at(-1)?.to ?? 0) * unitSamples
  const filters = [
    `aresample=${SAMPLE_RATE}:async=1:first_pts=0`,
    SOUND_FORMAT,
    `apad=whole_len=${endSample}`,
    `atrim=end_sample=${endSample}`,
    `asetnsamples=n=${unitSamples}:p=1`,
    `aselect='${selectExpression(parts)}'`,
    'asetpts=N/SR/TB',
  ]
  return `[${index}:a:0]${filters.join(',')}[s${index}]`
}

function musicChain({ rate, frames }: RenderPlan, { atMs }: Sound, input: number, index: number): string {
  const endSample = Math.round((frames * SAMPLE_RATE * rate.den) / rate.num)
  const filters = [
    `aresample=${SAMPLE_RATE}:async=1:first_pts=0`,
    SOUND_FORMAT,
    `adelay=${Math.round(atMs)}:all=1`,
    `apad=whole_len=${endSample}`,
    `atrim=end_sample=${endSample}`,
  ]
  return `[${input}:a:0]${filters.join(',')}[m${index}]`
}

function joinSounds(runs: number, sounds: number): string {
  const inputs = Array.from({ length: runs }, (_none, index) => `[s${index}]`).join('')
  const joined = runs === 1 ? 'asetpts=N/SR/TB' : `concat=n=${runs}:v=0:a=1`
  if (sounds === 0) return `${inputs}${joined},${FOR_ENCODER}[sound]`
  const music = Array.from({ length: sounds }, (_none, index) => `[m${index}]`).join('')
  const mix = `amix=inputs=${sounds + 1}:duration=first:normalize=0`
  return `${inputs}${joined}[speech];\n[speech]${music}${mix},alimiter=limit=0.98:level=0,${FOR_ENCODER}[sound]`
}
