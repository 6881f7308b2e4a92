import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readLevels, SILENT_DB, WINDOW_MS } from '../analyse/loudness.ts'
import { findSilences, type SilenceFindings } from '../analyse/silences.ts'
import { writeJson } from './json-file.ts'

/** Raised when the rules for silences change, so that old findings are not used. */
const VERSION = 1

const Findings = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all_silent') }),
  z.object({ kind: z.literal('found'), silences: z.array(z.object({ fromMs: z.number(), toMs: z.number() })) }),
])

/** Silences of a clip, found once and kept on disk. Where the sound ends before the pictures, silence follows. */
export async function silencesOf(
  clip: { hash: string; path: string; durationMs: number },
  options: { folder: string; signal: AbortSignal },
): Promise<SilenceFindings> {
  const file = join(options.folder, `${clip.hash}.v${VERSION}.json`)
  const kept = await readFile(file, 'utf8').catch(() => null)
  const known = kept === null ? null : Findings.safeParse(JSON.parse(kept))
  if (known?.success) return known.data
  const levels = await readLevels(clip.path, options.signal)
  while (levels.length < Math.floor(clip.durationMs / WINDOW_MS)) levels.push(SILENT_DB)
  const findings = findSilences(levels)
  await writeJson(file, findings)
  return findings
}
