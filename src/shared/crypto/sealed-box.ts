import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Secret } from '../config/secret.ts'

const VERSION = 'v1'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Encrypts what must be readable again (AES-256-GCM, a key of its own derived from SECRETS_KEY). */
export class SealedBox {
  readonly #key: Buffer

  constructor(secretsKey: Secret) {
    this.#key = Buffer.from(hkdfSync('sha256', secretsKey.reveal(), '', 'clipyard sealed box', 32))
  }

  seal(text: string): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`
  }

  /** @returns null for what was sealed with another key, or is no seal of ours. */
  open(sealed: string): string | null {
    const [version, body = ''] = sealed.split('.')
    const bytes = Buffer.from(body, 'base64url')
    if (version !== VERSION || bytes.length < NONCE_BYTES + TAG_BYTES) return null
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES))
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()])
      return text.toString('utf8')
    } catch {
      return null
    }
  }
}
