import { WINDOW_MS } from './loudness.ts'

/** Half-open, milliseconds in the file. */
export interface MsRange {
  fromMs: number
  toMs: number
}

export type SilenceFindings = { kind: 'all_silent' } | { kind: 'found'; silences: MsRange[] }

/** A pause shorter than this is part of speech. */
const MIN_SILENCE_MS = 400
/** Kept on each side, so that no word loses its first or last sound. */
const PADDING_MS = 100
const ALL_SILENT_DB = -55
const GATE_DB = 30

/**
 * Finds the silences among levels. What counts as silent is told from the clip itself: clearly below its usual
 * loudness, and not far above its own background noise, so that a quiet recording is not all silence.
 */
export function findSilences(levels: readonly number[]): SilenceFindings {
  const peak = levels.reduce((highest, level) => Math.max(highest, level), -Infinity)
  if (peak < ALL_SILENT_DB) return { kind: 'all_silent' }
  const threshold = silenceThreshold(levels, peak)
  const quiet = quietRuns(levels, threshold).filter(({ fromMs, toMs }) => toMs - fromMs >= MIN_SILENCE_MS)
  const endMs = levels.length * WINDOW_MS
  return { kind: 'found', silences: quiet.map((run) => padded(run, endMs)).filter(({ fromMs, toMs }) => toMs > fromMs) }
}

/** Usual loudness is the median of all that is not far below the peak; background noise the lowest tenth. */
function silenceThreshold(levels: readonly number[], peak: number): number {
  const sorted = levels.toSorted((a, b) => a - b)
  const loud = sorted.filter((level) => level > peak - GATE_DB)
  const usual = loud[Math.floor(loud.length / 2)] ?? peak
  const noise = sorted[Math.floor(sorted.length / 10)] ?? usual
  return Math.min(usual - 14, Math.max(usual - 30, noise + 6))
}

function quietRuns(levels: readonly number[], threshold: number): MsRange[] {
  const runs: MsRange[] = []
  levels.forEach((level, index) => {
    if (level >= threshold) return
    const fromMs = index * WINDOW_MS
    const last = runs.at(-1)
    if (last?.toMs === fromMs) last.toMs += WINDOW_MS
    else runs.push({ fromMs, toMs: fromMs + WINDOW_MS })
  })
  return runs
}

/** At the clip's own ends nothing stands beside the silence that would need room; the last one goes on past the end. */
const padded = ({ fromMs, toMs }: MsRange, endMs: number): MsRange => ({
  fromMs: fromMs === 0 ? 0 : fromMs + PADDING_MS,
  toMs: toMs >= endMs ? toMs + PADDING_MS : toMs - PADDING_MS,
})
