import type { JobRequest } from '../../shared/jobs/job.ts'
import type { Timeline } from '../../shared/upstream/timeline.ts'

type Expect = NonNullable<JobRequest['expect']>

export interface Found {
  changes: readonly string[]
  timeline: Timeline | null
  /** Width to height of the canvas, or null where the draft doesn't tell. */
  aspect: number | null
}

/** Holds what a caller expects against what the edit came to. Names what was expected and what was found. */
export function checkExpectations(expect: Expect | null, found: Found): { name: string; met: boolean }[] {
  if (expect === null) return []
  const { changes, timeline } = found
  const durationMs = timeline?.duration_ms ?? 0
  const checks: { name: string; met: boolean }[] = []
  if (expect.min_changes !== undefined) {
    const { min_changes: least } = expect
    checks.push({ name: `at least ${least} changes (found ${changes.length})`, met: changes.length >= least })
  }
  if (expect.max_duration_ms !== undefined) {
    const { max_duration_ms: most } = expect
    checks.push({ name: `at most ${most} ms (found ${durationMs} ms)`, met: durationMs <= most })
  }
  if (expect.aspect !== undefined) {
    const shown = found.aspect === null ? 'unknown' : found.aspect.toFixed(3)
    checks.push({ name: `aspect ${expect.aspect} (found ${shown})`, met: sameAspect(expect.aspect, found.aspect) })
  }
  for (const [type, least] of Object.entries(expect.tracks ?? {})) {
    const count = timeline?.tracks.filter((track) => track.type === type && track.segments.length > 0).length ?? 0
    checks.push({ name: `at least ${least} ${type} tracks (found ${count})`, met: count >= least })
  }
  return checks
}

function sameAspect(expected: string, found: number | null): boolean {
  const [width = 0, height = 0] = expected.split(':').map(Number)
  return found !== null && height > 0 && Math.abs(found - width / height) < 0.01
}
