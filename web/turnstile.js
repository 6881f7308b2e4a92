/**
 * Lets so many in at once, the others in the order in which they came. Browsers keep six connections to a server; some
 * must stay free for videos and for looking after jobs.
 * @param {number} places
 */
export function createTurnstile(places) {
  /** @type {(() => void)[]} */
  const line = []
  let free = places

  return {
    /**
     * @template T
     * @param {() => Promise<T>} work
     * @returns {Promise<T>}
     */
    async pass(work) {
      if (free === 0) await new Promise((resolve) => void line.push(() => resolve(null)))
      else free -= 1
      try {
        return await work()
      } finally {
        const next = line.shift()
        if (next) next()
        else free += 1
      }
    },
  }
}
