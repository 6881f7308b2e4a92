import type { Logger } from '../../shared/observe/logger.ts'
import { SECOND_MS, type Clock } from '../../shared/time/clock.ts'
import type { Account } from './account.ts'

const EVERY_MS = SECOND_MS

/** Looks after an account's gates and slots for as long as it runs: what a dead worker left half done goes on. */
export function tendAccount(deps: { account: Account; clock: Clock; log: Logger }): { close(): Promise<void> } {
  const stopped = new AbortController()
  const running = tend(deps, stopped.signal)
  return {
    async close() {
      stopped.abort()
      await running
    },
  }
}

async function tend(
  { account, clock, log }: { account: Account; clock: Clock; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await account.tend().catch((error: unknown) => {
      if (!signal.aborted) log.warn({ err: error }, "the account's gates could not be looked after; trying again")
    })
    await clock.sleep(EVERY_MS, { signal }).catch(() => undefined)
  }
}
