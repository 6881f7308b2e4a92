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

function compareType(type: DraftTrack['type'], before: readonly DraftTrack[], after: readonly DraftTrack[]): string[] {
  const [old, now] = [before, after].map((tracks) => tracks.flatMap(({ segments }) => segments))
  if (!old || !now) return []
  const changes = [
    countOf(`${type} track`, after.length - before.length),
    countOf(`${type} segment`, now.length - old.length),
  ]
  const changed = old.length === now.length ? countDifferent(old, now) : 0
  if (changed > 0) changes.push(`${changed} ${type} ${changed === 1 ? 'segment' : 'segments'} changed`)
  return changes.filter((change) => change !== null)
}

function countOf(what: string, difference: number): string | null {
  if (difference === 0) return null
  const count = Math.abs(difference)
  return `${count} ${what}${count === 1 ? '' : 's'} ${difference > 0 ? 'added' : 'removed'}`
}

const countDifferent = (before: readonly DraftSegment[], after: readonly DraftSegment[]) =>
  before.filter((segment, index) => spell(segment) !== spell(after[index])).length

const spell = (segment: DraftSegment | undefined) => canonicalJson(JSON.stringify(segment?.source ?? null))
