import type { Redis } from 'ioredis'
import { z } from 'zod'
import { decodeEvent, type EventEntry } from '../../shared/events/event-entry.ts'
import { isFinalEvent } from '../../shared/jobs/events.ts'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { JobRecord } from '../../shared/jobs/job.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import { MINUTE_MS } from '../../shared/time/clock.ts'

/** An event with its place in the log. */
export interface LoggedEvent {
  entryId: string
  event: EventEntry
}

interface Deps {
  redis: Redis
  keys: Keys
}

const AT_ONCE = 1_000
/** The log's ids are Redis' time, the record's times are its writers'. */
const SLACK_MS = MINUTE_MS
const Entries = z.array(z.tuple([z.string(), z.array(z.string())]))
const ReadReply = z.array(z.tuple([z.string(), Entries])).nullable()

/** A job's events so far, read from the part of the log in which it lived. Those that were trimmed by age are gone. */
export async function readEvents({ redis, keys }: Deps, job: JobRecord): Promise<LoggedEvent[]> {
  const until = job.finished_at === null ? '+' : String(Date.parse(job.finished_at) + SLACK_MS)
  const events: LoggedEvent[] = []
  for (let from = String(Date.parse(job.created_at) - SLACK_MS); ;) {
    const entries = Entries.parse(await redis.xrange(keys.events(), from, until, 'COUNT', AT_ONCE))
    events.push(...ofJob(entries, job.id))
    const last = entries.at(-1)
    if (!last || entries.length < AT_ONCE || isOver(events)) return events
    from = `(${last[0]}`
  }
}

/**
 * A job's events from behind an entry of the log on, as they come, until its last one. `blocking`: a connection of its
 * own, which whoever aborts also ends.
 */
export async function* followEvents(
  { redis: blocking, keys }: Deps,
  { id, after, signal }: { id: JobId; after: string; signal: AbortSignal },
): AsyncGenerator<LoggedEvent> {
  while (!signal.aborted) {
    const reply = await blocking.xread('COUNT', AT_ONCE, 'BLOCK', 5_000, 'STREAMS', keys.events(), after)
    const [stream] = ReadReply.parse(reply) ?? []
    const entries = stream?.[1] ?? []
    const events = ofJob(entries, id)
    yield* events
    if (isOver(events)) return
    after = entries.at(-1)?.[0] ?? after
  }
}

function ofJob(entries: z.infer<typeof Entries>, id: JobId): LoggedEvent[] {
  return entries.flatMap(([entryId, fields]) => {
    // Others' events may be of types that this version does not know.
    if (fields[fields.indexOf('job') + 1] !== id) return []
    return [{ entryId, event: decodeEvent(fields) }]
  })
}

const isOver = (events: LoggedEvent[]) => events.some(({ event }) => isFinalEvent(event.type))
