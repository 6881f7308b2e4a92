import { rateOf, sourceRange, TRACK_TYPE, trackOf, type Draft, type Segment } from './draft.ts'
import { toMs, type FrameRate } from './frame-rate.ts'

/** Frames of the video track; 0 where there is none. */
export function totalFrames(draft: Draft): number {
  if (!draft.canvas_config) return 0
  const rate = rateOf(draft.canvas_config)
  const lengths = (trackOf(draft, TRACK_TYPE.video)?.sg ?? []).map((segment) => sourceRange(segment, rate))
  return lengths.reduce((sum, { from, to }) => sum + to - from, 0)
}

/** The draft with starts and lengths that follow from its segments' parts of their sources. */
export function measure(draft: Draft): Draft {
  if (!draft.canvas_config) return { ...draft, d: Math.max(0, ...draft.t.flatMap(({ sg }) => sg.map(endOf))) }
  const rate = rateOf(draft.canvas_config)
  const t = draft.t.map((track) => (track.tt === TRACK_TYPE.video ? { ...track, sg: inARow(track.sg, rate) } : track))
  return { ...draft, t, d: toMs(totalFrames(draft), rate) }
}

/** Starts are counted in frames, so that no rounding adds up. */
function inARow(segments: Segment[], rate: FrameRate): Segment[] {
  let at = 0
  return segments.map((segment) => {
    const { from, to } = sourceRange(segment, rate)
    const start = at
    at += to - from
    return { ...segment, s: toMs(start, rate), d: toMs(at, rate) - toMs(start, rate) }
  })
}

const endOf = (segment: Segment) => segment.s + segment.d
