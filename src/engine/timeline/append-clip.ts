import type { ClipFacts } from '../analyse/clip-facts.ts'
import { newId, rateOf, TRACK_TYPE, trackOf, type Canvas, type Draft, type Segment } from './draft.ts'
import { framesPerSecond, toMs, type FrameRate } from './frame-rate.ts'
import { measure } from './measure.ts'

/** How long a picture is shown. */
const STILL_MS = 5_000

const EMPTY: Draft = { t: [], d: 0, m: {} }

/** The draft with one more clip: pictures go to the end of the video track, sounds to the start of the audio track. */
export function appendClip(draft: Draft | null, clip: ClipFacts, name: string): Draft {
  const before = draft ?? EMPTY
  if (clip.kind === 'audio') return measure(append(before, TRACK_TYPE.audio, soundSegment(clip, name)))
  const canvas = before.canvas_config ?? canvasOf(clip)
  const segment = pictureSegment(clip, name, rateOf(canvas))
  return measure({ ...append(before, TRACK_TYPE.video, segment), canvas_config: canvas })
}

function append(draft: Draft, type: number, segment: Segment): Draft {
  const track = trackOf(draft, type)
  if (!track) return { ...draft, t: [...draft.t, { tt: type, id: newId('trk'), sg: [segment] }] }
  const grown = { ...track, sg: [...track.sg, segment] }
  return { ...draft, t: draft.t.map((other) => (other === track ? grown : other)) }
}

/** `s` is set by `measure`, which lays video segments one after the other. */
function pictureSegment(clip: ClipFacts, name: string, rate: FrameRate): Segment {
  const seconds = clip.kind === 'image' ? STILL_MS / 1000 : clip.frames / framesPerSecond(clip.rate)
  const out = toMs(Math.max(1, Math.round(seconds * framesPerSecond(rate))), rate)
  const still = clip.kind === 'image' ? { still: true } : {}
  return { id: newId('seg'), s: 0, d: out, m: { name, clip: clip.hash, in: 0, out, ...still } }
}

const soundSegment = (clip: ClipFacts, name: string): Segment => ({
  id: newId('seg'),
  s: 0,
  d: clip.durationMs,
  m: { name, clip: clip.hash, in: 0, out: clip.durationMs },
})

const canvasOf = ({ width, height, rate }: ClipFacts): Canvas => ({
  width,
  height,
  fps_num: rate.num,
  fps_den: rate.den,
})
