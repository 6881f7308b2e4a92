import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../config/secret.ts'

/** Makes and checks links that work without headers: a path is good until a time, by an HMAC of both. */
export class LinkSigner {
  readonly #key: Buffer

  constructor(secretsKey: Secret) {
    this.#key = createHmac('sha256', secretsKey.reveal()).update('clipyard download links').digest()
  }

  /** The query string (without `?`) that makes `path` open without a key until `expiresAt` (epoch ms). */
  sign(path: string, expiresAt: number): string {
    const expires = Math.floor(expiresAt / 1000)
    return `expires=${expires}&signature=${this.#signature(path, expires)}`
  }

  /** Whether a query's two members open `path` at the time `now` (epoch ms). */
  verify(path: string, query: { expires: string; signature: string }, now: number): boolean {
    const expires = Number(query.expires)
    if (!Number.isSafeInteger(expires) || expires * 1000 <= now) return false
    const expected = Buffer.from(this.#signature(path, expires))
    const given = Buffer.from(query.signature)
    return expected.length === given.length && timingSafeEqual(expected, given)
  }

  #signature(path: string, expires: number): string {
    return createHmac('sha256', this.#key).update(`${path}\n${expires}`).digest('base64url')
  }
}
