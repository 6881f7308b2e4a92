import { decodeEvent, type EventEntry } from '../../shared/events/event-entry.ts'
import type { JobStore } from '../../shared/jobs/job-store.ts'
import type { Logger } from '../../shared/observe/logger.ts'
import type { Clock } from '../../shared/time/clock.ts'
import type { DeliveryStore } from '../../shared/webhooks/delivery-store.ts'
import { destinationsOf } from '../../shared/webhooks/destinations.ts'
import type { EventGroup, LogEntry } from './event-group.ts'

export interface FanOutDeps {
  group: EventGroup
  jobs: Pick<JobStore, 'find'>
  deliveries: Pick<DeliveryStore, 'add'>
  clock: Clock
  log: Logger
}

/** What became of some events. `orphaned`: their job is gone. `unreadable`: none that this version knows. */
export interface FanOutCount {
  planned: number
  orphaned: number
  unreadable: number
}

/**
 * Plans the deliveries of some entries, then acknowledges them; after a crash in between, twice comes to the same.
 * @throws what kept an entry from being planned, after the others were; it comes again.
 */
export async function fanOut(deps: FanOutDeps, entries: LogEntry[]): Promise<FanOutCount> {
  const count = { planned: 0, orphaned: 0, unreadable: 0 }
  const results = await Promise.allSettled(entries.map((entry) => planOne(deps, entry, count)))
  const isDone = (_entry: LogEntry, index: number) => results[index]?.status === 'fulfilled'
  await deps.group.acknowledge(entries.filter(isDone).map(([id]) => id))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return count
}

async function planOne(deps: FanOutDeps, [entryId, fields]: LogEntry, count: FanOutCount): Promise<void> {
  const event = fields && read(deps, entryId, fields)
  if (!event) {
    count.unreadable += 1
    return
  }
  const job = await deps.jobs.find(event.job)
  if (!job) {
    count.orphaned += 1
    return
  }
  const createdAt = new Date(deps.clock.now()).toISOString()
  for (const destination of destinationsOf(event, job)) {
    if (await deps.deliveries.add(event, destination, createdAt)) count.planned += 1
  }
}

/** One entry that can't be read must not keep the others from being told. */
function read({ log }: FanOutDeps, entryId: string, fields: string[]): EventEntry | null {
  try {
    return decodeEvent(fields)
  } catch (error) {
    log.error({ err: error, entry: entryId }, 'an event could not be read; no webhook tells of it')
    return null
  }
}
