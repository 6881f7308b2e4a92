/** @typedef {{ pointer: string, code: string, detail: string }} FieldError */

/** An answer that refuses, in the words of RFC 9457. */
export class Refused extends Error {
  /** @override */
  name = 'Refused'

  /**
   * @param {number} status
   * @param {{ title?: string, detail?: string, code?: string, errors?: FieldError[] }} problem
   * @param {number | null} [retryAfterMs]
   */
  constructor(status, problem, retryAfterMs = null) {
    super(problem.detail || `The server answered with ${status}`)
    this.status = status
    this.title = problem.title || 'The server refused that'
    this.code = problem.code ?? ''
    this.errors = problem.errors ?? []
    this.retryAfterMs = retryAfterMs
  }
}

/** No answer came, or one that is not Clipyard's. */
export class Unreachable extends Error {
  /** @override */
  name = 'Unreachable'
}

/** A call that may succeed later without anyone doing anything. @param {unknown} error @returns {error is Refused | Unreachable} */
export const passesBy = (error) =>
  error instanceof Unreachable || (error instanceof Refused && (error.status >= 500 || error.status === 429))

/** The key does not open this server, or not this. @param {unknown} error @returns {error is Refused} */
export const needsKey = (error) => error instanceof Refused && error.status === 401

/**
 * What an answer says that is no success. Proxies and other servers answer in HTML, or not at all.
 * @param {{ status: number, body: string, retryAfter: string | null }} answer
 */
export function toError({ status, body, retryAfter }) {
  const problem = parse(body)
  if (!problem && (status === 0 || status >= 500)) return new Unreachable(`No answer of Clipyard's (${status})`)
  const seconds = Number(retryAfter ?? Number.NaN)
  return new Refused(status, problem ?? {}, seconds > 0 ? seconds * 1_000 : null)
}

/** @param {string} body @returns {{ title?: string, detail?: string, code?: string, errors?: FieldError[] } | null} */
function parse(body) {
  try {
    const value = JSON.parse(body)
    return typeof value === 'object' && value !== null && typeof value.code === 'string' ? value : null
  } catch {
    return null
  }
}
