import type { Clock } from '../time/clock.ts'

/** The reason with which a call of ours is aborted when its time is over. */
export class Expired extends Error {
  override readonly name = 'Expired'
}

/** Runs a call that is aborted with `Expired` after `ms`, or with the reason of `signal`. */
export async function withDeadline<T>(
  clock: Clock,
  limit: { ms: number; message: string },
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const expiry = new AbortController()
  const done = new AbortController()
  clock.sleep(limit.ms, { signal: done.signal }).then(
    () => expiry.abort(new Expired(limit.message)),
    () => undefined, // the call was done before
  )
  try {
    return await run(AbortSignal.any([signal, expiry.signal]))
  } finally {
    done.abort()
  }
}

/** Runs a call that is aborted with `Expired` once `idleMs` have passed without `beat` being called. */
export async function withIdleLimit<T>(
  clock: Clock,
  limit: { idleMs: number; message: string },
  signal: AbortSignal,
  run: (signal: AbortSignal, beat: () => void) => Promise<T>,
): Promise<T> {
  const expiry = new AbortController()
  const done = new AbortController()
  let lastBeatAt = clock.now()
  const watch = async () => {
    for (let left = limit.idleMs; left > 0; left = lastBeatAt + limit.idleMs - clock.now()) {
      await clock.sleep(left, { signal: done.signal })
    }
    expiry.abort(new Expired(limit.message))
  }
  watch().catch(() => undefined) // the call was done before
  try {
    return await run(AbortSignal.any([signal, expiry.signal]), () => {
      lastBeatAt = clock.now()
    })
  } finally {
    done.abort()
  }
}
