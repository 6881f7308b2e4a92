import type { ClipFacts } from '../analyse/clip-facts.ts'
import { rateOf, sourceRange, TRACK_TYPE, trackOf, type Draft, type Segment } from '../timeline/draft.ts'
import { toFrame, type FrameRange, type FrameRate } from '../timeline/frame-rate.ts'
import { Position } from '../understand/operations.ts'
import { outputSize, type Size } from './output-size.ts'
import { RenderFault } from './render-fault.ts'

/** Parts of one clip in the order in which they stand in it: read in one pass. */
export interface Run {
  clip: ClipFacts
  still: boolean
  parts: FrameRange[]
  /** Where the run begins on the timeline, in frames. */
  at: number
}

export interface TextOverlay {
  text: string
  position: Position
  frames: FrameRange
}

/** Music under the whole: it begins at `at` and is cut off at the video's end. */
export interface Sound {
  clip: ClipFacts
  atMs: number
}

/** All that a render needs to know, in frames of one rate. */
export interface RenderPlan {
  rate: FrameRate
  frames: number
  size: Size
  runs: Run[]
  texts: TextOverlay[]
  sounds: Sound[]
}

/** @throws RenderFault where the draft can't be rendered. */
export function planRender(draft: Draft, factsOf: (hash: string) => ClipFacts | undefined): RenderPlan {
  const canvas = draft.canvas_config
  const segments = trackOf(draft, TRACK_TYPE.video)?.sg ?? []
  if (!canvas || segments.length === 0) throw new RenderFault('The draft has no video to render')
  const rate = rateOf(canvas)
  const { runs, frames } = planRuns(segments, rate, (segment) => clipOf(segment, factsOf))
  if (frames === 0) throw new RenderFault('The draft is empty: its segments have no length')
  const texts = draft.t.filter(({ tt }) => tt === TRACK_TYPE.text).flatMap(({ sg }) => sg)
  const sounds = draft.t.filter(({ tt }) => tt === TRACK_TYPE.audio).flatMap(({ sg }) => sg)
  return {
    rate,
    frames,
    size: outputSize(canvas, draft.m.height),
    runs,
    texts: texts.flatMap((segment) => planText(segment, rate, frames)),
    sounds: sounds.map((segment) => ({ clip: clipOf(segment, factsOf), atMs: segment.s })),
  }
}

function planRuns(segments: Segment[], rate: FrameRate, clipOfSegment: (segment: Segment) => ClipFacts) {
  const runs: Run[] = []
  let frames = 0
  for (const segment of segments) {
    const part = sourceRange(segment, rate)
    if (part.to === part.from) continue
    const clip = clipOfSegment(segment)
    if (clip.kind === 'audio') throw new RenderFault('A sound stands on the video track')
    const last = runs.at(-1)
    if (!last || !joins(last, clip, part)) runs.push({ clip, still: clip.kind === 'image', parts: [part], at: frames })
    frames += part.to - part.from
  }
  return { runs, frames }
}

/** Adds a part to the run before it, if it goes on in the same clip; parts that touch become one. */
function joins(run: Run, clip: ClipFacts, part: FrameRange): boolean {
  const before = run.parts.at(-1)
  if (run.clip.hash !== clip.hash || run.still || !before || part.from < before.to) return false
  if (part.from === before.to) before.to = part.to
  else run.parts.push(part)
  return true
}

function clipOf({ m }: Segment, factsOf: (hash: string) => ClipFacts | undefined): ClipFacts {
  const facts = m.clip === undefined ? undefined : factsOf(m.clip)
  if (!facts) throw new RenderFault(`The clip of segment "${m.name ?? ''}" is not known here: upload it first`)
  return facts
}

function planText({ s, d, m }: Segment, rate: FrameRate, frames: number): TextOverlay[] {
  const range = { from: toFrame(s, rate), to: Math.min(frames, toFrame(s + d, rate)) }
  const position = Position.safeParse(m.position)
  if (!m.text || range.to <= range.from) return []
  return [{ text: m.text, position: position.success ? position.data : 'bottom', frames: range }]
}
