import { isObject, type JsonObject } from './json-text.ts'
import type { Segment, Track } from './timeline.ts'

/** A track as the draft has it. `source` is the segment's own JSON, for comparing. */
export interface DraftTrack {
  type: Track['type']
  segments: DraftSegment[]
}

export interface DraftSegment extends Segment {
  /** 1 is full; null where the draft does not tell. */
  volume: number | null
  source: JsonObject
}

/** The picture's size in pixels. */
export interface CanvasSize {
  width: number
  height: number
}

const TYPES: Readonly<Record<string, Track['type']>> = {
  0: 'video',
  1: 'audio',
  7: 'text',
  video: 'video',
  audio: 'audio',
  text: 'text',
}
const STARTS = ['s', 'st', 'start', 'start_ms', 'startMs', 'start_time', 'startTime', 'begin']
const ENDS = ['e', 'et', 'end', 'end_ms', 'endMs', 'end_time', 'endTime']
const LENGTHS = ['d', 'duration', 'duration_ms', 'durationMs']
const NAMES = ['name', 'text', 'title', 'label', 'content', 'caption', 'file_name', 'filename', 'fileName', 'prompt']
const WORDS = ['text', 'content', 'title', 'caption', 'name', 'label']
const VOLUMES = ['volume', 'vol', 'v']

/** The draft's value, or an empty object where it has none that can be read. */
export function parseDraft(draft: string | null): JsonObject {
  try {
    const value: unknown = JSON.parse(draft ?? '')
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

/** Reads the tracks of a draft, whatever is absent, null or odd in it. */
export function readTracks(draft: JsonObject): DraftTrack[] {
  const tracks = Array.isArray(draft['t']) ? draft['t'] : []
  return tracks.filter(isObject).map((track) => {
    const type = TYPES[String(scalar(track['tt'] ?? track['type']))] ?? 'other'
    return { type, segments: readSegments(track['sg'], type) }
  })
}

/** The draft's own length; where it has none, the end of its last segment. Milliseconds. */
export function readDurationMs(draft: JsonObject, tracks: readonly DraftTrack[]): number {
  const told = firstNumber([draft], LENGTHS)
  if (told !== null && told > 0) return told
  return tracks.flatMap(({ segments }) => segments).reduce((end, segment) => Math.max(end, segment.end_ms), 0)
}

/** The size of a `canvas_config`, or of a draft that has one; null where it does not tell. */
export function readCanvasSize(source: unknown): CanvasSize | null {
  if (!isObject(source)) return null
  const canvas = isObject(source['canvas_config']) ? source['canvas_config'] : source
  const width = firstNumber([canvas], ['width', 'w'])
  const height = firstNumber([canvas], ['height', 'h'])
  return width && height ? { width, height } : null
}

function readSegments(list: unknown, type: Track['type']): DraftSegment[] {
  const segments: DraftSegment[] = []
  let end = 0
  for (const source of Array.isArray(list) ? list.filter(isObject) : []) {
    const meta = isObject(source['m']) ? source['m'] : {}
    const start_ms = firstNumber([source, meta], STARTS) ?? end
    const told = firstNumber([source], ENDS)
    end = start_ms + (firstNumber([source], LENGTHS) ?? Math.max(0, (told ?? start_ms) - start_ms))
    const label = firstText([meta, source], type === 'text' ? WORDS : NAMES)
    segments.push({ start_ms, end_ms: end, label, volume: readVolume([meta, source]), source })
  }
  return segments
}

/** A volume may come as a share (0.35) or in percent (35, "35%"). */
function readVolume(sources: JsonObject[]): number | null {
  const volume = firstNumber(sources, VOLUMES)
  if (volume === null) return null
  return volume > 2 ? volume / 100 : volume
}

function firstNumber(sources: JsonObject[], names: readonly string[]): number | null {
  for (const source of sources) {
    for (const name of names) {
      const value = source[name]
      const number = typeof value === 'string' ? Number.parseFloat(value) : value
      if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number
    }
  }
  return null
}

function firstText(sources: JsonObject[], names: readonly string[]): string {
  for (const source of sources) {
    for (const name of names) {
      const value = source[name]
      if (typeof value === 'string' && value.trim() !== '') return value.trim()
    }
  }
  return ''
}

const scalar = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? value : '')
