import type { DraftSegment, DraftTrack } from './read-tracks.ts'

const NAMES = { video: 'Video', audio: 'BGM', text: 'Title', other: 'Other' } as const
const MOST_LABELS = 3
const LONGEST_LABEL = 60

/** The one line that people know: `Timeline (3 tracks): 1. Video: city timelapse (0-10s) …`. */
export function summariseTracks(tracks: readonly DraftTrack[]): string {
  const heading = `Timeline (${tracks.length} ${tracks.length === 1 ? 'track' : 'tracks'})`
  if (tracks.length === 0) return heading
  return `${heading}: ${tracks.map((track, index) => `${index + 1}. ${describe(track)}`).join(' ')}`
}

/** Milliseconds as people read them: `10`, `9.5`. */
export const inSeconds = (ms: number) => String(Math.round(ms / 100) / 10)

function describe({ type, segments }: DraftTrack): string {
  if (segments.length === 0) return `${NAMES[type]} (empty)`
  const start = segments.reduce((earliest, { start_ms }) => Math.min(earliest, start_ms), Infinity)
  const end = segments.reduce((latest, { end_ms }) => Math.max(latest, end_ms), 0)
  const volume = type === 'audio' ? volumeOf(segments) : null
  const facts = [`${inSeconds(start)}-${inSeconds(end)}s`, ...(volume === null ? [] : [volume])]
  const labels = labelsOf(segments, type === 'text')
  return `${NAMES[type]}${labels && `: ${labels}`} (${facts.join(', ')})`
}

function labelsOf(segments: readonly DraftSegment[], quoted: boolean): string {
  const labels = [...new Set(segments.map(({ label }) => shorten(label)).filter((label) => label !== ''))]
  const shown = labels.slice(0, MOST_LABELS).map((label) => (quoted ? `"${label}"` : label))
  const more = labels.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}

function shorten(label: string): string {
  const line = label.replace(/\s+/g, ' ')
  return line.length > LONGEST_LABEL ? `${line.slice(0, LONGEST_LABEL - 1)}…` : line
}

/** The volume, where all segments that tell one agree. */
function volumeOf(segments: readonly DraftSegment[]): string | null {
  const volumes = new Set(segments.map(({ volume }) => volume).filter((volume) => volume !== null))
  const [volume] = volumes
  return volume === undefined || volumes.size > 1 ? null : `${Math.round(volume * 100)}%`
}
