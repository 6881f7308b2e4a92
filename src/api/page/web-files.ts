import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { sha256Hex } from '../../shared/crypto/hashing.ts'

const WEB = new URL('../../../web/', import.meta.url)

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** A file of the page, as it is sent. */
export interface WebFile {
  name: string
  contentType: string
  body: Buffer
  /** Strong: of the content. */
  etag: string
}

/** Every file of `web/` that a browser asks for, held in memory. */
export const readWebFiles = (): WebFile[] =>
  readdirSync(WEB)
    .filter((name) => extname(name) in CONTENT_TYPES)
    .map((name) => {
      const body = readFileSync(new URL(name, WEB))
      const contentType = CONTENT_TYPES[extname(name)] ?? ''
      return { name, contentType, body, etag: `"${sha256Hex(body).slice(0, 32)}"` }
    })
