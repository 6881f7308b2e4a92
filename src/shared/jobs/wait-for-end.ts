import type { Clock } from '../time/clock.ts'
import type { JobId } from './ids.ts'
import type { JobRecord } from './job.ts'
import type { JobSignals } from './job-signals.ts'
import type { JobStore } from './job-store.ts'
import { isFinal } from './states.ts'

interface WaitDeps {
  jobs: Pick<JobStore, 'find'>
  signals: JobSignals
  clock: Clock
}

/**
 * Waits until a job has ended, at most `ms` and until `signal` aborts; gives the job as it is then, null when it is
 * gone. Looks only when the job has moved.
 */
export async function waitForEnd(
  { jobs, signals, clock }: WaitDeps,
  id: JobId,
  { ms, signal }: { ms: number; signal: AbortSignal },
): Promise<JobRecord | null> {
  let moved = Promise.withResolvers<'moved'>()
  const unwatch = signals.watch(id, () => moved.resolve('moved'))
  const timer = new AbortController()
  const over = clock.sleep(ms, { signal: AbortSignal.any([signal, timer.signal]) }).then(
    () => 'over' as const,
    () => 'over' as const,
  )
  try {
    for (;;) {
      const job = await jobs.find(id)
      if (job === null || isFinal(job.status)) return job
      if ((await Promise.race([moved.promise, over])) === 'over') return jobs.find(id)
      moved = Promise.withResolvers()
    }
  } finally {
    timer.abort()
    unwatch()
  }
}
