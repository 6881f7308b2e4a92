import { UpstreamError } from '../../shared/upstream/upstream-error.ts'
import type { Upstream } from '../../shared/upstream/upstream.ts'
import { GateClosed } from '../account/gate-closed.ts'

/** How often a download that breaks is resumed where it ended, without a step between. */
const MOST_RESUMES = 5

/** The bytes at a render's address, resumed with Range where the line breaks. Throws what the last try threw. */
export async function* downloadWhole(upstream: Upstream, url: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let received = 0
  let total: number | null = null
  for (let resumes = 0; ; resumes++) {
    try {
      const part = await upstream.download(url, { signal, from: received })
      total = part.bytes ?? total
      let skip = received - part.from
      for await (const chunk of part.body as AsyncIterable<Uint8Array>) {
        const fresh = skip > 0 ? chunk.subarray(Math.min(skip, chunk.byteLength)) : chunk
        skip -= chunk.byteLength - fresh.byteLength
        received += fresh.byteLength
        if (fresh.byteLength > 0) yield fresh
      }
      if (total === null || received === total) return
      throw new Error(`expected ${total} bytes; the stream ended after ${received}`)
    } catch (error) {
      if (signal.aborted || isRefused(error) || resumes >= MOST_RESUMES) throw error
    }
  }
}

/** Asking a host that refuses, or an account's closed gate, at once again helps nobody. */
const isRefused = (error: unknown) =>
  error instanceof UpstreamError && (error instanceof GateClosed || error.kind !== 'unavailable')
