/** An anonymous token as it is kept for all processes of an installation. */
export interface CachedToken {
  token: string
  userId: string | null
  /** Epoch milliseconds; null where the upstream did not tell. */
  expiresAt: number | null
  /** The upstream refused it: another one is asked for before it is used again. */
  refused?: boolean | undefined
}

/** Where the anonymous token is kept, with the lock that lets one process renew it for all. */
export interface TokenCache {
  read(): Promise<CachedToken | null>
  write(token: CachedToken): Promise<void>
  /** Notes that the token was refused, if it is still this one. */
  refuse(token: string): Promise<void>
  /** Runs `renew` while nobody else does; `renew` reads the cache again first. Waiting ends with the signal's reason. */
  withRenewal<T>(renew: () => Promise<T>, signal: AbortSignal): Promise<T>
}

/** A cache for one process. */
export function memoryTokenCache(): TokenCache {
  let cached: CachedToken | null = null
  let last: Promise<unknown> = Promise.resolve()
  return {
    read: async () => cached,
    write: async (token) => {
      cached = token
    },
    refuse: async (token) => {
      if (cached?.token === token) cached = { ...cached, refused: true }
    },
    withRenewal: (renew, signal) => {
      const mine = last.then(() => {
        signal.throwIfAborted()
        return renew()
      })
      last = mine.catch(() => undefined)
      return mine
    },
  }
}
