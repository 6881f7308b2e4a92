const NAME = 'clipyard.key'

/**
 * The API key that this browser keeps, until it is forgotten. A link may carry one behind `#key=`, which no browser
 * sends to any server; it is taken out of the address bar, so that no bookmark or screenshot has it.
 * @param {{ storage: Storage, location: Location, history: History }} browser
 */
export function createKeyStore({ storage, location, history }) {
  return {
    /** @returns {string | null} */
    read() {
      const given = keyInFragment(location.hash)
      if (given === null) return storage.getItem(NAME)
      history.replaceState(null, '', `${location.pathname}${location.search}`)
      storage.setItem(NAME, given)
      return given
    },
    /** @param {string} key */
    keep: (key) => storage.setItem(NAME, key),
    forget: () => storage.removeItem(NAME),
  }
}

/**
 * @param {string} hash
 * @returns {string | null}
 */
export function keyInFragment(hash) {
  const key = new URLSearchParams(hash.replace(/^#/, '').replaceAll('+', '%2B')).get('key')?.trim()
  return key ? key : null
}
