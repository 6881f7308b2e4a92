import type { Delivery } from '../../shared/webhooks/delivery.ts'
import { columns } from '../terminal/columns.ts'
import type { Paint, Style } from '../terminal/paint.ts'
import { duration, size, timeOfDay } from '../terminal/quantities.ts'
import type { Story } from './read-story.ts'
import { STATUS_STYLE } from './tell-event.ts'
import { asked, evidence, failure, place, reply, stages, upstreamIds } from './tell-facts.ts'
import { timeline } from './tell-timeline.ts'

/** A job's whole story as a terminal shows it. Chapters that have nothing to say are left out. */
export function tellStory(story: Story, { paint, now }: { paint: Paint; now: number }): string {
  const chapters: [string, string[]][] = [
    ['', asked(story, paint)],
    ['Error', failure(story, paint)],
    ['What happened', timeline(story.events, paint)],
    ['Where it is', [`  ${place(story, now)}`]],
    ['Stages', stages(story, paint)],
    ['Evidence', evidence(story, paint)],
    ['The upstream said', reply(story, paint)],
    ['At the upstream', upstreamIds(story, paint)],
    ['Webhooks', story.deliveries.flatMap((delivery) => deliveryLines(delivery, paint))],
    ['Keys', columns(story.keys.map(({ key, type, ttlMs }) => [key, paint('dim', keyFacts(type, ttlMs))]))],
    ['Files', columns(story.files.map(({ path, bytes }) => [path, paint('dim', size(bytes))]))],
  ]
  const told = chapters.filter(([, lines]) => lines.length > 0)
  const text = told.map(([title, lines]) => [...(title ? [paint('bold', title)] : []), ...lines].join('\n'))
  return [headline(story, { paint, now }), ...text].join('\n\n')
}

/** What became of it, in one line. */
export function headline({ job }: Pick<Story, 'job'>, { paint, now }: { paint: Paint; now: number }): string {
  const { id, status, stage, attempt } = job
  const took = (job.finished_at === null ? now : Date.parse(job.finished_at)) - Date.parse(job.created_at)
  const parts = [paint('bold', id), paint(STATUS_STYLE[status], status)]
  if (stage !== null) parts.push(`in ${stage}`)
  parts.push(job.finished_at === null ? `for ${duration(took)}` : `after ${duration(took)}`)
  if (attempt > 1) parts.push(paint('yellow', `attempt ${attempt}`))
  return parts.join('  ')
}

const DELIVERY_STYLE: Record<Delivery['status'], Style> = {
  pending: 'yellow',
  succeeded: 'green',
  failed: 'red',
  skipped: 'dim',
}

function deliveryLines({ event_type, url, status, tries, next_try_at: next }: Delivery, paint: Paint): string[] {
  const after = next === null ? '' : paint('dim', `next try ${next.replace('T', ' ')}`)
  const head = `  ${event_type} → ${url}  ${paint(DELIVERY_STYLE[status], status)}  ${after}`.trimEnd()
  const rows = tries.map(({ at, ms, status: answered, error }) => [
    timeOfDay(Date.parse(at)),
    duration(ms).padStart(8),
    answered === null ? '–' : String(answered),
    error ?? '',
  ])
  return [head, ...columns(rows, { indent: 4 })]
}

const keyFacts = (type: string, ttlMs: number | null) =>
  ttlMs === null ? type : `${type}, expires in ${duration(ttlMs)}`
