import type { AnswerText } from './envelope.ts'
import { retryAfterMs, senseless } from './refusal.ts'
import { toNetworkError, type WireAnswer } from './wire.ts'

/** The most that a JSON answer may have, so that a broken upstream can't fill our memory. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/** Reads an answer's text, up to `MAX_ANSWER_BYTES`. A refusal whose text breaks off stays the refusal that it is. */
export async function readAnswer(
  call: string,
  answer: WireAnswer,
  { signal, now, maxBytes = MAX_ANSWER_BYTES }: { signal: AbortSignal; now: number; maxBytes?: number },
): Promise<AnswerText> {
  const head = { status: answer.statusCode, retryAfterMs: retryAfterMs(answer.headers['retry-after'], now) }
  const isRefusal = head.status >= 400 && head.status < 500
  try {
    return { ...head, text: await readText(call, answer, maxBytes) }
  } catch (error) {
    if (isRefusal && !signal.aborted) return { ...head, text: '' }
    throw toNetworkError(call, error, signal, true)
  }
}

async function readText(call: string, { body, statusCode }: WireAnswer, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length
    // Leaving the loop destroys the body, and with it the connection.
    if (bytes > maxBytes) throw senseless(call, statusCode, `it is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, bytes).toString('utf8')
}
