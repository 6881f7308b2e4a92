import type { SilenceFindings } from '../analyse/silences.ts'
import type { Clips } from '../store/clips.ts'
import type { Folders } from '../store/folders.ts'
import type { Session, Sessions } from '../store/sessions.ts'
import { silencesOf } from '../store/silence-cache.ts'
import { applyOperations, type EditOutcome, type Silences } from '../timeline/apply-operations.ts'
import type { Draft } from '../timeline/draft.ts'
import { timelineSilences } from '../timeline/timeline-silences.ts'
import type { Operation } from '../understand/operations.ts'

interface Parts {
  sessions: Sessions
  clips: Clips
  folders: Folders
  signal: AbortSignal
}

const NONE: Silences = { ranges: [], note: null }

/** Edits a session's draft and keeps it. To be called in the session's turn. */
export async function runEdit(session: Session, operations: Operation[], parts: Parts): Promise<EditOutcome> {
  const needed = operations.some(({ op }) => op === 'trim_silences')
  const silences = needed ? await findSilences(session.draft, parts) : NONE
  const outcome = applyOperations(session.draft, operations, silences)
  parts.signal.throwIfAborted()
  if (outcome.outcome === 'changed') await parts.sessions.save({ ...session, draft: outcome.draft })
  return outcome
}

const findSilences = (draft: Draft | null, { clips, folders, signal }: Parts) =>
  timelineSilences(draft, async (hash): Promise<SilenceFindings | null> => {
    const facts = clips.facts(hash)
    if (!facts?.hasAudio) return null
    return silencesOf(
      { hash, path: clips.path(hash), durationMs: facts.durationMs },
      { folder: folders.sounds, signal },
    )
  })
