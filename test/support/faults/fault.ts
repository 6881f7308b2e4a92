import type { EngineAnswer } from './call-record.ts'

/** How much of an answer comes back before the connection breaks. */
export type Cut =
  /** Broken off after this share (0 to 1) of its bytes. */
  | { share: number }
  /** All bytes but the mark of the end: the last chunk, or the last counted byte. */
  | 'end-missing'

/**
 * What happens to one call. `refuse` is told by the proxy and the engine hears nothing of it; `replace` comes in place of
 * what the engine answered after it had done its work.
 */
export type Fault =
  | { kind: 'none' }
  | { kind: 'drop-before' }
  | { kind: 'drop-after' }
  | { kind: 'cut'; cut: Cut }
  | { kind: 'delay'; ms: number; before: boolean }
  | { kind: 'duplicate' }
  | { kind: 'truncate'; share: number }
  | { kind: 'wrong-type' }
  | { kind: 'refuse'; answer: Forged }
  | { kind: 'replace'; answer: Forged }
  | Hold

/**
 * Stops a call at a moment until the test lets it go on or drops it. `before`: nothing has reached the engine · `middle`:
 * half of the answer is out · `after`: the answer is about to go out whole, which nothing waits for.
 */
export interface Hold {
  kind: 'hold'
  at: 'before' | 'middle' | 'after'
  onHeld: () => void
  released: Promise<'go' | 'drop'>
  /** Whether this answer is the one; the others pass. */
  matches?: (answer: EngineAnswer) => boolean
}

/** An answer that no engine gave. */
export interface Forged {
  status: number
  type: string
  body: string
  headers?: Record<string, string>
}

export const NO_FAULT: Fault = { kind: 'none' }

/** A failure in the envelope of most calls; with HTTP 200 unless told otherwise. */
export const code = (number: number, message: string, status = 200): Forged => ({
  status,
  type: 'application/json',
  body: JSON.stringify({ code: number, message }),
})

/** A gateway's page. */
export const html = (status: number, headers: Record<string, string> = {}): Forged => ({
  status,
  type: 'text/html',
  body: `<html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>`,
  headers,
})
