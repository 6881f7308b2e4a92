import { createHash } from 'node:crypto'
import { compareTracks } from './compare-tracks.ts'
import { canonicalJson } from './exact-json.ts'
import { isObject } from './json-text.ts'
import { parseDraft, readCanvasSize, readDurationMs, readTracks } from './read-tracks.ts'
import { inSeconds, summariseTracks } from './summarise-tracks.ts'
import type { Timeline } from './timeline.ts'

/** A draft as callers see it. Reads any draft: what is absent or odd in it is left out. */
export function readTimeline(draft: string): Timeline {
  const value = parseDraft(draft)
  const tracks = readTracks(value)
  return {
    summary: summariseTracks(tracks),
    duration_ms: Math.round(readDurationMs(value, tracks)),
    tracks: tracks.map(({ type, segments }) => ({
      type,
      segments: segments.map(({ start_ms, end_ms, label }) => ({
        start_ms: Math.round(start_ms),
        end_ms: Math.round(end_ms),
        label,
      })),
    })),
  }
}

/** Whether there is something to render: some track has a segment. */
export function isExportable(draft: string | null): boolean {
  const { t: tracks } = parseDraft(draft)
  const list: unknown[] = Array.isArray(tracks) ? tracks : []
  return list.filter(isObject).some(({ sg: segments }) => Array.isArray(segments) && segments.length > 0)
}

/** SHA-256, in hex, of what a draft says: order of keys and whitespace make no difference, every digit does. */
export const draftHash = (draft: string): string => createHash('sha256').update(canonicalJson(draft)).digest('hex')

/** Width to height of the picture, or null where the draft does not tell. */
export function readAspect(draft: string | null): number | null {
  const size = readCanvasSize(parseDraft(draft)['canvas_config'])
  return size && size.width / size.height
}

/** What an edit did, in words; empty if and only if the draft says what it said before. Null is no draft. */
export function describeChanges(before: string | null, after: string | null): string[] {
  if (canonical(before) === canonical(after)) return []
  const [old, now] = [parseDraft(before), parseDraft(after)]
  const [oldTracks, nowTracks] = [readTracks(old), readTracks(now)]
  const changes = compareTracks(oldTracks, nowTracks)
  const longerMs = readDurationMs(now, nowTracks) - readDurationMs(old, oldTracks)
  if (Math.abs(longerMs) >= 1)
    changes.push(`timeline ${difference(Math.abs(longerMs))} ${longerMs > 0 ? 'longer' : 'shorter'}`)
  if (sizeOf(old) !== sizeOf(now)) changes.push(`output size changed from ${sizeOf(old)} to ${sizeOf(now)}`)
  return changes.length > 0 ? changes : ['other properties of the timeline changed']
}

const difference = (ms: number) => (ms < 100 ? `${Math.round(ms)} ms` : `${inSeconds(ms)} s`)

/** An empty draft is no draft. */
const canonical = (draft: string | null) => {
  const json = canonicalJson(draft ?? 'null')
  return json === '{}' || json === '[]' || json === '""' || json === '' ? 'null' : json
}

function sizeOf(draft: ReturnType<typeof parseDraft>): string {
  const size = readCanvasSize(draft['canvas_config'])
  const { height } = (draft['m'] ?? {}) as { height?: unknown }
  if (typeof height === 'number') return `${height}p`
  return size ? `${size.width}x${size.height}` : 'unset'
}
