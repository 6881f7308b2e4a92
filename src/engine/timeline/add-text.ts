import type { Operation } from '../understand/operations.ts'
import { newId, rateOf, TRACK_TYPE, trackOf, type Canvas, type Draft, type Segment } from './draft.ts'
import { toFrame, toMs } from './frame-rate.ts'
import { totalFrames } from './measure.ts'
import { resolveInstant } from './resolve-instant.ts'

type AddText = Extract<Operation, { op: 'add_text' }>

/** The draft with one more text, cut off at the video's end; or, where it would start after that, why not. */
export function addText(draft: Draft & { canvas_config: Canvas }, wish: AddText): Draft | string {
  const rate = rateOf(draft.canvas_config)
  const total = totalFrames(draft)
  const from = Math.max(0, resolveInstant(wish.from, total, rate))
  const asked = wish.to ? resolveInstant(wish.to, total, rate) : from + toFrame(wish.lengthMs, rate)
  const to = Math.min(total, asked)
  const told = (frame: number) => `${(toMs(frame, rate) / 1000).toFixed(1)}s`
  if (from >= total) return `The video is ${told(total)} long: a text can't start at ${told(from)}.`
  if (to <= from) return `A text from ${told(from)} to ${told(asked)} would never be seen.`
  const segment: Segment = {
    id: newId('seg'),
    s: toMs(from, rate),
    d: toMs(to, rate) - toMs(from, rate),
    m: { name: wish.text, text: wish.text, position: wish.position },
  }
  return withText(draft, segment)
}

function withText(draft: Draft, segment: Segment): Draft {
  const track = trackOf(draft, TRACK_TYPE.text)
  if (!track) return { ...draft, t: [...draft.t, { tt: TRACK_TYPE.text, id: newId('trk'), sg: [segment] }] }
  const grown = { ...track, sg: [...track.sg, segment] }
  return { ...draft, t: draft.t.map((other) => (other === track ? grown : other)) }
}
