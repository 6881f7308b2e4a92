import { MINUTE_MS, SECOND_MS } from '../../shared/time/clock.ts'
import type { LogEntry } from './event-group.ts'
import { fanOut, type FanOutCount, type FanOutDeps } from './fan-out.ts'

const BLOCK_MS = 5 * SECOND_MS
const TIDY_EVERY_MS = 10 * MINUTE_MS
const BACK_OFF_MS = SECOND_MS

interface FollowDeps extends FanOutDeps {
  /** How often entries of dead consumers are looked for. */
  claimEveryMs: number
}

/** Follows the event log until `signal` aborts; whoever aborts it also ends the blocking connection. */
export async function followEvents(
  deps: FollowDeps,
  onCount: (count: FanOutCount) => void,
  signal: AbortSignal,
): Promise<void> {
  const { clock, group, log } = deps
  const due = { claimAt: 0, tidyAt: 0, created: false }
  while (!signal.aborted) {
    try {
      if (!due.created) await group.create()
      due.created = true
      const entries = await nextEntries(deps, due)
      if (entries.length > 0) onCount(await fanOut(deps, entries))
    } catch (error) {
      if (signal.aborted) return
      due.created = false // a Redis that came back empty has no group
      log.warn({ err: error }, 'events could not be followed; trying again')
      await clock.sleep(BACK_OFF_MS, { signal }).catch(() => undefined)
    }
  }
}

async function nextEntries(
  { group, clock, claimEveryMs }: FollowDeps,
  due: { claimAt: number; tidyAt: number },
): Promise<LogEntry[]> {
  const now = clock.now()
  if (now >= due.claimAt) {
    const claimed = await group.claim()
    if (claimed.length > 0) return claimed
    due.claimAt = now + claimEveryMs
  }
  if (now >= due.tidyAt) {
    await group.tidy()
    due.tidyAt = now + TIDY_EVERY_MS
  }
  return group.read(Math.min(BLOCK_MS, claimEveryMs))
}
