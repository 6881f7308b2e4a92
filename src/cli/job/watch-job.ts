import type { Redis } from 'ioredis'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { JobRecord } from '../../shared/jobs/job.ts'
import { isFinal } from '../../shared/jobs/states.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import type { Storage } from '../../shared/storage/storage.ts'
import type { EventEntry } from '../../shared/events/event-entry.ts'
import { columns } from '../terminal/columns.ts'
import { followEvents } from './read-events.ts'
import { readStory } from './read-story.ts'
import type { JobCommandDeps } from './show-job.ts'
import { eventCells } from './tell-event.ts'
import { failure } from './tell-facts.ts'
import { headline } from './tell-story.ts'
import { timeline } from './tell-timeline.ts'

interface Watched {
  redis: Redis
  connect: () => Promise<Redis>
  keys: Keys
  storage: Storage
}

/** Shows a job's events, those so far and each that comes, and how it ended. @returns null when `signal` aborts first. */
export async function watchJob(deps: JobCommandDeps, store: Watched, id: JobId): Promise<JobRecord | null> {
  const { paint, write, signal, clock } = deps
  const before = await readStory(store, id)
  if (!before) return null
  if (before.events.length > 0) write(timeline(before.events, paint).join('\n'))
  if (!isFinal(before.job.status)) {
    const last = before.events.at(-1)
    await showNew(deps, store, { id, after: last?.entryId ?? '0-0', last: last?.event ?? null })
  }
  const story = await readStory(store, id)
  if (!story || !isFinal(story.job.status)) return null
  write(['', headline(story, { paint, now: clock.now() }), ...failure(story, paint)].join('\n'))
  for (const { path } of story.files) if (path.endsWith('.mp4')) write(`  ${path}`)
  return signal.aborted && !isFinal(story.job.status) ? null : story.job
}

async function showNew(
  { paint, write, signal }: JobCommandDeps,
  { connect, keys }: Watched,
  { id, after, last }: { id: JobId; after: string; last: EventEntry | null },
): Promise<void> {
  const blocking = await connect()
  const end = () => blocking.disconnect()
  signal.addEventListener('abort', end)
  try {
    let previous = last
    for await (const { event } of followEvents({ redis: blocking, keys }, { id, after, signal })) {
      write(columns([eventCells(event, previous, paint)]).join('\n'))
      previous = event
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', end)
    end()
  }
}
