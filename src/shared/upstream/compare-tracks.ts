import { canonicalJson } from './exact-json.ts'
import type { DraftSegment, DraftTrack } from './read-tracks.ts'

const TYPES = ['video', 'audio', 'text', 'other'] as const

/** What differs between two drafts' tracks, in words: "2 video segments removed", "1 text track added". */
export function compareTracks(before: readonly DraftTrack[], after: readonly DraftTrack[]): string[] {
  return TYPES.flatMap((type) => {
    const [old, now] = [before, after].map((tracks) => tracks.filter((track) => track.type === type))
    return old && now ? compareType(type, old, now) : []
  })
}

/** Tracks that came or went are one change each; of those that stayed, their segments are compared. */
function compareType(type: DraftTrack['type'], before: readonly DraftTrack[], after: readonly DraftTrack[]): string[] {
  const stayed = Math.min(before.length, after.length)
  const [old, now] = [before, after].map((tracks) => tracks.slice(0, stayed).flatMap(({ segments }) => segments))
  if (!old || !now) return []
  const changes = [countOf(`${type} track`, after.length - before.length), compareSegments(type, old, now)]
  return changes.filter((change) => change !== null)
}

function compareSegments(type: string, before: readonly DraftSegment[], after: readonly DraftSegment[]): string | null {
  // More pieces of less: something was cut out of the middle, nothing came in.
  if (after.length > before.length && before.length > 0 && lengthMs(after) < lengthMs(before)) {
    return `${type} cut from ${before.length} into ${after.length} segments`
  }
  if (before.length !== after.length) return countOf(`${type} segment`, after.length - before.length)
  const changed = countDifferent(before, after)
  return changed > 0 ? `${changed} ${type} ${changed === 1 ? 'segment' : 'segments'} changed` : null
}

const lengthMs = (segments: readonly DraftSegment[]) =>
  segments.reduce((sum, { start_ms, end_ms }) => sum + end_ms - start_ms, 0)

function countOf(what: string, difference: number): string | null {
  if (difference === 0) return null
  const count = Math.abs(difference)
  return `${count} ${what}${count === 1 ? '' : 's'} ${difference > 0 ? 'added' : 'removed'}`
}

const countDifferent = (before: readonly DraftSegment[], after: readonly DraftSegment[]) =>
  before.filter((segment, index) => spell(segment) !== spell(after[index])).length

const spell = (segment: DraftSegment | undefined) => canonicalJson(JSON.stringify(segment?.source ?? null))
