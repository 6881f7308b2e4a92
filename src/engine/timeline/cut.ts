import { newId, rateOf, sourceRange, TRACK_TYPE, type Canvas, type Draft, type Segment, type Track } from './draft.ts'
import { moveFrame, overlap } from './frame-ranges.ts'
import { toFrame, toMs, type FrameRange, type FrameRate } from './frame-rate.ts'
import { measure } from './measure.ts'

/** Leaves only `kept` (tidy, in timeline frames) of the video; texts move along, music goes on. */
export function cut(draft: Draft & { canvas_config: Canvas }, kept: FrameRange[]): Draft {
  const rate = rateOf(draft.canvas_config)
  return measure({ ...draft, t: draft.t.map((track) => cutTrack(track, kept, rate)) })
}

function cutTrack(track: Track, kept: FrameRange[], rate: FrameRate): Track {
  switch (track.tt) {
    case TRACK_TYPE.video:
      return { ...track, sg: cutVideo(track.sg, kept, rate) }
    case TRACK_TYPE.text:
      return { ...track, sg: track.sg.flatMap((segment) => moveText(segment, kept, rate)) }
    default:
      return track
  }
}

function cutVideo(segments: Segment[], kept: FrameRange[], rate: FrameRate): Segment[] {
  let at = 0
  return segments.flatMap((segment) => {
    const source = sourceRange(segment, rate)
    const place = { from: at, to: at + source.to - source.from }
    at = place.to
    const parts = kept.map((range) => overlap(range, place)).filter(({ from, to }) => to > from)
    return parts.map(({ from, to }, index) => {
      const range = { from: source.from + from - place.from, to: source.from + to - place.from }
      const m = { ...segment.m, in: toMs(range.from, rate), out: toMs(range.to, rate) }
      return { ...segment, id: index === 0 ? segment.id : newId('seg'), m }
    })
  })
}

function moveText(segment: Segment, kept: FrameRange[], rate: FrameRate): Segment[] {
  const from = moveFrame(toFrame(segment.s, rate), kept)
  const to = moveFrame(toFrame(segment.s + segment.d, rate), kept)
  return to > from ? [{ ...segment, s: toMs(from, rate), d: toMs(to, rate) - toMs(from, rate) }] : []
}
