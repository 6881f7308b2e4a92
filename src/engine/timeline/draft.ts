import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { toFrame, type FrameRate } from './frame-rate.ts'

const Ms = z.number().nonnegative().max(1e9)

/**
 * What is known of a segment beside its place. A video or audio segment: `clip` (SHA-256 of the file) and its part
 * `in`–`out` (ms in the file), `still` where the clip is a picture. A text segment: `text` and `position`.
 * `name` is the label that people read.
 */
export const SegmentMeta = z.looseObject({
  name: z.string().optional(),
  clip: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  in: Ms.optional(),
  out: Ms.optional(),
  text: z.string().max(500).optional(),
  position: z.string().optional(),
})

/** One piece on a track: `s` is its start on the timeline and `d` its length, both in ms rounded from whole frames. */
export const Segment = z.looseObject({ id: z.string().optional(), s: Ms.default(0), d: Ms, m: SegmentMeta.default({}) })
export type Segment = z.infer<typeof Segment>

export const TRACK_TYPE = { video: 0, audio: 1, text: 7 } as const

export const Track = z.looseObject({
  tt: z.number(),
  id: z.string().optional(),
  sg: z
    .array(Segment)
    .nullish()
    .transform((segments) => segments ?? []),
})
export type Track = z.infer<typeof Track>

export const Canvas = z.looseObject({
  width: z.number().int().min(2).max(8192),
  height: z.number().int().min(2).max(8192),
  fps_num: z.number().int().min(1).max(1_000_000),
  fps_den: z.number().int().min(1).max(100_000),
})
export type Canvas = z.infer<typeof Canvas>

/**
 * A timeline, short-keyed: `t` tracks, `d` length in ms, `m` wishes for the output (`height`: the short side in
 * pixels), `canvas_config` the picture and frame rate of the first clip. It holds all that a render needs but the
 * clips' bytes. Keys that are not named here are kept as they came.
 */
export const Draft = z.looseObject({
  t: z.array(Track),
  d: Ms.default(0),
  m: z.looseObject({ height: z.number().int().min(16).max(4320).optional() }).default({}),
  canvas_config: Canvas.optional(),
})
export type Draft = z.infer<typeof Draft>

export const newId = (prefix: string) => `${prefix}_${randomBytes(6).toString('hex')}`

export const trackOf = (draft: Draft, type: number) => draft.t.find((track) => track.tt === type)

export const rateOf = (canvas: Canvas): FrameRate => ({ num: canvas.fps_num, den: canvas.fps_den })

/** A clip segment's part of its source, in frames of the timeline's rate. */
export function sourceRange(segment: Segment, rate: FrameRate) {
  const from = toFrame(segment.m.in ?? 0, rate)
  return { from, to: Math.max(from, toFrame(segment.m.out ?? (segment.m.in ?? 0) + segment.d, rate)) }
}
