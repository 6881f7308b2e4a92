import { z } from 'zod'
import { decodeEvent, type EventEntry } from '../../shared/events/event-entry.ts'
import { EVENT_OF_STATUS, isFinalEvent, type FinalEventType } from '../../shared/jobs/events.ts'
import type { JobId } from '../../shared/jobs/ids.ts'
import { decodeJob } from '../../shared/jobs/job-codec.ts'
import { isFinal } from '../../shared/jobs/states.ts'
import { MINUTE_MS } from '../../shared/time/clock.ts'
import { deliveryIdOf, destinationsOf } from '../../shared/webhooks/destinations.ts'
import type { Auditor } from './auditor.ts'
import { fannedOut } from './fanned-out.ts'
import { forEachOf } from './walk.ts'

const AT_ONCE = 1_000
const Entry = z.tuple([z.string(), z.array(z.string())])

/** Every job that has ended told so exactly once, no other did, and each such event is on its way to where it goes. */
export async function checkEvents(audit: Auditor): Promise<void> {
  const isFannedOut = await fannedOut(audit)
  const told = new Map<JobId, FinalEventType[]>()
  for await (const entries of eventLog(audit)) {
    await forEachOf(entries, async ([entryId, fields]) => {
      audit.looked.events += 1
      const event = read(audit, entryId, fields)
      if (!event || !isFinalEvent(event.type)) return
      told.set(event.job, [...(told.get(event.job) ?? []), event.type])
      if (isFannedOut(entryId)) await checkTold(audit, event)
    })
  }
  const cutAt = await logBegins(audit)
  await forEachOf(audit.jobs.keys(), (id) => checkEnd(audit, id, { told: told.get(id) ?? [], cutAt }))
}

async function* eventLog({ deps: { redis, keys } }: Auditor): AsyncGenerator<z.infer<typeof Entry>[]> {
  for (let from = '-'; ;) {
    const entries = z.array(Entry).parse(await redis.xrange(keys.events(), from, '+', 'COUNT', AT_ONCE))
    yield entries
    const last = entries.at(-1)
    if (!last || entries.length < AT_ONCE) return
    from = `(${last[0]}`
  }
}

function read(audit: Auditor, entryId: string, fields: string[]): EventEntry | null {
  try {
    return decodeEvent(fields)
  } catch {
    audit.fault('unreadable_record', `event ${entryId}`, fields.join(' ').slice(0, 200))
    return null
  }
}

async function checkTold(audit: Auditor, event: EventEntry): Promise<void> {
  const { redis, keys } = audit.deps
  const seen = audit.jobs.get(event.job)
  if (!seen || seen.expired) return
  const record = await redis.hgetall(keys.job(event.job))
  if (!record['id']) return
  for (const destination of destinationsOf(event, decodeJob(record))) {
    const id = deliveryIdOf(event.id, destination)
    if ((await redis.exists(keys.delivery(id))) === 1 || !(await audit.isJob(event.job))) continue
    audit.fault('missing_delivery', event.job, `${event.type} to ${destination.url}`)
  }
}

/** Until when the log was cut off by age, epoch ms: what ended before is not in it. Null where it is whole. */
async function logBegins({ deps: { redis, keys } }: Auditor): Promise<number | null> {
  if ((await redis.exists(keys.events())) === 0) return null
  const info = z.array(z.unknown()).parse(await redis.xinfo('STREAM', keys.events()))
  const field = (name: string) => info[info.indexOf(name) + 1]
  if (field('entries-added') === field('length')) return null
  const first = Entry.nullable().parse(field('first-entry'))?.[0]
  return first === undefined ? null : Number(first.split('-')[0]) + MINUTE_MS
}

async function checkEnd(
  audit: Auditor,
  id: JobId,
  { told, cutAt }: { told: FinalEventType[]; cutAt: number | null },
): Promise<void> {
  const { redis, keys } = audit.deps
  const seen = audit.jobs.get(id)
  if (!seen || seen.expired || (cutAt !== null && seen.finishedAt < cutAt)) return
  const expected = isFinal(seen.status) ? [EVENT_OF_STATUS[seen.status]] : []
  if (told.join() === expected.join()) return
  // It may have ended, or gone, since it was looked at.
  if (!isFinal(seen.status) && (await redis.hget(keys.job(id), 'status')) !== seen.status) return
  audit.fault('wrong_final_event', id, `${seen.status}, and told: ${told.join(', ') || 'nothing'}`)
}
