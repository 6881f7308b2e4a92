import type { SilenceFindings } from '../analyse/silences.ts'
import type { Silences } from './apply-operations.ts'
import { rateOf, sourceRange, TRACK_TYPE, trackOf, type Draft, type Segment } from './draft.ts'
import { overlap } from './frame-ranges.ts'
import type { FrameRange, FrameRate } from './frame-rate.ts'

/** A clip's findings; null where it has no sound. */
export type FindingsOf = (clip: string) => Promise<SilenceFindings | null>

/** The silences of a whole timeline, on its frame grid, never wider than they were found. */
export async function timelineSilences(draft: Draft | null, findingsOf: FindingsOf): Promise<Silences> {
  if (!draft?.canvas_config) return { ranges: [], note: null }
  const rate = rateOf(draft.canvas_config)
  const kinds = new Set<string>()
  const ranges: FrameRange[] = []
  let at = 0
  for (const segment of trackOf(draft, TRACK_TYPE.video)?.sg ?? []) {
    const source = sourceRange(segment, rate)
    const findings = await findingsFor(segment, findingsOf)
    kinds.add(findings?.kind ?? 'no_sound')
    if (findings?.kind === 'found') ranges.push(...onTimeline(findings, source, at, rate))
    at += source.to - source.from
  }
  return { ranges, note: ranges.length > 0 ? null : noteFor(kinds) }
}

const findingsFor = async ({ m }: Segment, findingsOf: FindingsOf) =>
  m.clip === undefined || m['still'] === true ? null : findingsOf(m.clip)

function onTimeline(
  { silences }: Extract<SilenceFindings, { kind: 'found' }>,
  source: FrameRange,
  at: number,
  rate: FrameRate,
): FrameRange[] {
  const frames = silences.map(({ fromMs, toMs: endMs }) => ({ from: firstFrom(fromMs, rate), to: lastTo(endMs, rate) }))
  return frames
    .map((range) => overlap(range, source))
    .filter(({ from, to }) => to > from)
    .map(({ from, to }) => ({ from: at + from - source.from, to: at + to - source.from }))
}

const firstFrom = (ms: number, rate: FrameRate) => Math.ceil((ms * rate.num) / (1000 * rate.den) - 1e-6)

const lastTo = (ms: number, rate: FrameRate) => Math.floor((ms * rate.num) / (1000 * rate.den) + 1e-6)

function noteFor(kinds: Set<string>): string {
  if (kinds.has('found')) return 'No silences were found, so nothing was trimmed.'
  if (kinds.has('all_silent')) return 'The sound is silent from start to end, so no silences were trimmed.'
  return 'There is no sound on the timeline, so there are no silences to trim.'
}
