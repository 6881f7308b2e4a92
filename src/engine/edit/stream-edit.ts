import type { Clock } from '../../shared/time/clock.ts'
import { createEventLines, HEARTBEAT } from '../protocol/events.ts'
import type { EditOutcome } from '../timeline/apply-operations.ts'
import type { Understanding } from '../understand/operations.ts'
import { closing, isSilent, opening, unable } from './replies.ts'

interface Stream {
  clock: Clock
  write: (text: string) => void
  /** Does the edit. */
  edit: () => Promise<EditOutcome>
}

const HEARTBEAT_MS = 10_000

/** Answers one message with a stream of events, as the Agent Development Kit does. */
export async function streamEdit(understanding: Understanding, { clock, write, edit }: Stream): Promise<void> {
  const lines = createEventLines(clock)
  if (understanding.operations.length === 0) {
    write(lines.finalText(unable(understanding)))
    return
  }
  const silent = isSilent(understanding)
  const text = silent ? null : opening(understanding)
  for (const part of text === null ? [] : halves(text)) write(lines.partialText(part))
  write(lines.call({ operations: understanding.operations }, text))
  const outcome = await beating(edit, clock, write)
  if (outcome.outcome === 'changed') {
    write(lines.response({ status: 'success', removed_ms: outcome.removedMs }, { draft: outcome.draft }))
    if (!silent) write(lines.finalText(closing(understanding, outcome)))
    return
  }
  write(lines.response({ status: 'unchanged', reason: outcome.notes.join(' ') }, {}))
  write(lines.finalText(closing(understanding, outcome)))
}

/** Keeps the stream alive while work is under way. */
async function beating<T>(work: () => Promise<T>, clock: Clock, write: (text: string) => void): Promise<T> {
  const done = new AbortController()
  const beat = async () => {
    while (!done.signal.aborted) {
      await clock.sleep(HEARTBEAT_MS, { signal: done.signal }).catch(() => undefined)
      if (!done.signal.aborted) write(HEARTBEAT)
    }
  }
  const beats = beat()
  try {
    return await work()
  } finally {
    done.abort()
    await beats
  }
}

function halves(text: string): string[] {
  const at = text.indexOf(' ') + 1
  return [text.slice(0, at), text.slice(at)]
}
