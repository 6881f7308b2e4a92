import type { Readable } from 'node:stream'

const READ_AT_MOST_BYTES = 64 * 1024
const KEEP_CHARACTERS = 200

/**
 * The start of an answer's body as one short line. Reads on a little, so that the connection can serve again, and not
 * without end; a body that breaks off gives what came until then.
 */
export async function readStart(body: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.byteLength
      if (bytes >= READ_AT_MOST_BYTES) break
    }
  } catch {
    // The status has come already, and it alone decides.
  }
  const text = Buffer.concat(chunks).toString()
  return text
    .slice(0, READ_AT_MOST_BYTES)
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim()
    .slice(0, KEEP_CHARACTERS)
    .toWellFormed()
}
