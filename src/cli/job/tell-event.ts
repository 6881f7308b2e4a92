import type { EventEntry } from '../../shared/events/event-entry.ts'
import type { JobStatus } from '../../shared/jobs/states.ts'
import type { Paint, Style } from '../terminal/paint.ts'
import { duration, timeOfDay } from '../terminal/quantities.ts'

/** The colour of a status. */
export const STATUS_STYLE: Record<JobStatus, Style> = {
  queued: 'cyan',
  running: 'cyan',
  waiting: 'yellow',
  succeeded: 'green',
  failed: 'red',
  canceled: 'yellow',
  expired: 'red',
}

const LONGEST_NAME = 'succeeded'.length

/** One event as a line of a timeline: when, how long after the one before, what, and in what words. */
export function eventCells(event: EventEntry, before: EventEntry | null, paint: Paint): string[] {
  const at = Date.parse(event.at)
  const since = before === null ? '' : `+${duration(Math.max(0, at - Date.parse(before.at)))}`
  const name = event.type.slice('job.'.length)
  const style = STATUS_STYLE[name as JobStatus] as Style | undefined
  const padded = name.padEnd(LONGEST_NAME)
  return [timeOfDay(at), paint('dim', since.padStart(12)), style ? paint(style, padded) : padded, words(event)]
}

function words({ type, data }: EventEntry): string {
  const { stage, progress, message, waiting } = data
  if (type === 'job.stage') return said(stage)
  if (type === 'job.progress') return [percent(progress), said(message)].filter(Boolean).join('  ')
  return type === 'job.waiting' ? waitingWords(waiting) : ''
}

/** Why a job waits and until when. */
export function waitingWords(waiting: unknown): string {
  if (typeof waiting !== 'object' || waiting === null) return ''
  const { reason, detail, retry_at: retryAt } = waiting as Record<string, unknown>
  const until = typeof retryAt === 'string' ? ` (until ${timeOfDay(Date.parse(retryAt))})` : ''
  return `${said(reason)}: ${said(detail)}${until}`
}

const said = (value: unknown) => (typeof value === 'string' ? value : '')
const percent = (value: unknown) => (typeof value === 'number' ? `${Math.round(value * 100)} %` : '')
