import { createParser } from 'eventsource-parser'
import { toUpstreamError } from './refusal.ts'
import { ReplyBuilder } from './reply-builder.ts'
import { toStreamEvent } from './stream-event.ts'
import type { Reply } from './upstream.ts'

/** One event may carry a whole draft; a reply's texts are words. What is larger is no stream that we can trust. */
const MAX_EVENT_CHARS = 32 * 1024 * 1024
const MAX_REPLY_CHARS = 4 * 1024 * 1024

/** A stream whose content can't be what the upstream meant to send. */
export class UnreadableStream extends Error {
  override readonly name = 'UnreadableStream'
}

/**
 * Reads the body of `/run_sse`, in chunks that may be cut anywhere. `end` is for the clean end alone: a body that
 * breaks off has no reply.
 */
export class MessageStream {
  readonly #reply = new ReplyBuilder()
  readonly #decoder = new TextDecoder()
  readonly #parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: ({ event, data }) => this.#read(event, data),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') this.#fault ??= 'an event is too large'
      else if (this.#atEnd) this.#fault ??= 'it ends within an event'
    },
  })
  #fault: string | null = null
  #atEnd = false
  #events = 0

  /** How many events came that are more than a heartbeat. */
  get events(): number {
    return this.#events
  }

  /** @throws UnreadableStream for what no memory of ours should hold. */
  push(chunk: Uint8Array): void {
    this.#feed(this.#decoder.decode(chunk, { stream: true }))
  }

  /**
   * The reply, once the last chunk has come.
   * @throws UnreadableStream where the stream ends within an event.
   * @throws UpstreamError where all that it told is a code of the API that proves that nothing was done.
   */
  end(): Reply {
    this.#feed(this.#decoder.decode())
    this.#atEnd = true
    this.#feed('\n\n') // the last event may lack its blank line
    const { refusal } = this.#reply
    const error = refusal && toUpstreamError('message', { status: 200, ...refusal, retryAfterMs: null })
    if (error?.delivery === 'refused') throw error
    return this.#reply.build()
  }

  #feed(text: string): void {
    this.#parser.feed(text)
    if (this.#fault) throw new UnreadableStream(this.#fault)
  }

  #read(name: string | undefined, data: string): void {
    const event = toStreamEvent(name, data)
    if (event.type === 'noise' && this.#atEnd) this.#fault ??= 'it ends within an event'
    if (event.type !== 'heartbeat') this.#events++
    this.#reply.add(event)
    if (this.#reply.chars > MAX_REPLY_CHARS) this.#fault ??= 'its texts are too large'
  }
}

/** Reads a body to its clean end. `onChunk` is called after each chunk; rejects with what the body throws. */
export async function readReply(
  body: AsyncIterable<Uint8Array>,
  onChunk: (progress: { events: number }) => void = () => undefined,
): Promise<Reply> {
  const stream = new MessageStream()
  for await (const chunk of body) {
    stream.push(chunk)
    onChunk({ events: stream.events })
  }
  return stream.end()
}
