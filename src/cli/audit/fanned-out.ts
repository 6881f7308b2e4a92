import { z } from 'zod'
import type { Auditor } from './auditor.ts'

const GROUP = 'webhooks'
const Pending = z.tuple([z.int(), z.string().nullable()]).rest(z.unknown())

/**
 * Tells which entries of the event log the fan-out is done with. Taken before deliveries are looked at, so that what it
 * is at just now is no fault.
 */
export async function fannedOut({ deps: { redis, keys } }: Auditor): Promise<(entryId: string) => boolean> {
  const groups = (await redis.exists(keys.events())) === 1 ? await redis.xinfo('GROUPS', keys.events()) : []
  const rows = z.array(z.array(z.unknown())).parse(groups)
  const group = rows.find((row) => row[row.indexOf('name') + 1] === GROUP)
  if (!group) return () => false
  const readTo = String(group[group.indexOf('last-delivered-id') + 1])
  const [, heldFrom] = Pending.parse(await redis.xpending(keys.events(), GROUP))
  return (entryId) => !isAfter(entryId, readTo) && (heldFrom === null || isAfter(heldFrom, entryId))
}

/** Ids of a stream are `<ms>-<number>`. */
function isAfter(one: string, other: string): boolean {
  const [ms = 0, number = 0] = one.split('-').map(Number)
  const [otherMs = 0, otherNumber = 0] = other.split('-').map(Number)
  return ms === otherMs ? number > otherNumber : ms > otherMs
}
