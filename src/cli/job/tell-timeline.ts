import type { EventEntry } from '../../shared/events/event-entry.ts'
import { columns } from '../terminal/columns.ts'
import type { Paint } from '../terminal/paint.ts'
import type { LoggedEvent } from './read-events.ts'
import { eventCells } from './tell-event.ts'

/** Of a longer run of progress, only its ends are shown. */
const LONGEST_RUN = 3

/** A job's events, one a line; days are named where they change. */
export function timeline(logged: readonly LoggedEvent[], paint: Paint): string[] {
  const events = logged.map(({ event }) => event)
  const rows: string[][] = []
  let day = ''
  for (const [index, event] of events.entries()) {
    const today = event.at.slice(0, 10)
    if (today !== day) rows.push([paint('dim', (day = today))])
    const hidden = inRun(events, index)
    if (hidden === 'first') rows.push([paint('dim', '⋮'), '', paint('dim', 'progress')])
    if (!hidden) rows.push(eventCells(event, events[index - 1] ?? null, paint))
  }
  return columns(rows)
}

/** Whether an event lies within a long run of progress, and is the first that does. */
function inRun(events: EventEntry[], index: number): 'first' | 'later' | null {
  if (!isProgress(events[index])) return null
  let start = index
  let end = index
  while (isProgress(events[start - 1])) start -= 1
  while (isProgress(events[end + 1])) end += 1
  if (end - start < LONGEST_RUN || index === start || index === end) return null
  return index === start + 1 ? 'first' : 'later'
}

const isProgress = (event: EventEntry | undefined) => event?.type === 'job.progress'
