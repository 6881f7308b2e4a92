import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { mp4Bytes } from './bytes.ts'
import { BOUNDARY, partHead } from './post-form.ts'
import { API_KEY } from './test-api.ts'

const CHUNK = Buffer.alloc(65_536, 7)

/** A client that sends one clip bit by bit. */
export class SlowUpload {
  readonly request: ClientRequest
  readonly #answer: Promise<IncomingMessage>

  constructor(base: string, headers: Record<string, string | number> = {}) {
    this.request = request(`${base}/v1/jobs`, {
      method: 'POST',
      agent: false,
      headers: {
        authorization: `Bearer ${API_KEY}`,
        'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
        ...headers,
      },
    })
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    this.request.once('response', resolve)
    this.request.on('error', reject)
    this.#answer = promise
    this.#answer.catch(() => undefined)
  }

  /** Sends the beginning of the clip. */
  async begin(): Promise<void> {
    await this.#write(Buffer.concat([partHead(['file', CHUNK, 'clip.mp4']), mp4Bytes()]))
  }

  /** Sends so many bytes more, as fast as they are taken, or until there is an answer. */
  async send(bytes: number): Promise<void> {
    let answered = false
    this.#answer.then(
      () => (answered = true),
      () => (answered = true),
    )
    for (let sent = 0; sent < bytes && !answered; sent += CHUNK.length) await this.#write(CHUNK)
  }

  end(): void {
    this.request.end(`\r\n--${BOUNDARY}--\r\n`)
  }

  async answer() {
    const reply = await this.#answer
    return { status: reply.statusCode, body: JSON.parse(await text(reply)) }
  }

  async #write(chunk: Buffer): Promise<void> {
    if (!this.request.write(chunk)) await Promise.race([once(this.request, 'drain'), this.#answer])
  }
}
