import type { StreamEvent } from './stream-event.ts'
import type { Reply } from './upstream.ts'

/** Said by the upstream after replies that are whole; alone it says nothing that helps. */
export const isTrailingNoise = (text: string) => TRAILING_NOISE.test(text)

const TRAILING_NOISE = /^\W*(error:\s*)?i('ve| have)? encountered a temporary issue/i

interface Text {
  author: string
  text: string
  /** `open` collects pieces; `pieces` is what they came to, unless the whole still comes; `whole` is final. */
  state: 'open' | 'pieces' | 'whole'
}

/** Builds a reply from a stream's events: each text once, whole, in order. */
export class ReplyBuilder {
  readonly #texts: Text[] = []
  #error: Reply['error'] = null
  #chars = 0
  #agentSpoke = false

  /** How much it holds, for the caller's limit. */
  get chars(): number {
    return this.#chars
  }

  /** The error, where it is the API's own and the agent told nothing: then the stream is a refusal in other clothes. */
  get refusal(): Reply['error'] {
    return this.#agentSpoke ? null : this.#error
  }

  add(event: StreamEvent): void {
    if (event.type === 'text' || event.type === 'other' || (event.type === 'error' && !event.bare)) {
      this.#agentSpoke = true
    }
    if (event.type === 'error') this.#error ??= { code: event.code, message: event.message }
    if (event.type === 'other') this.#closePieces(event.author)
    if (event.type !== 'text') return
    this.#chars += event.text.length
    if (event.partial) this.#addPiece(event.author, event.text)
    else this.#addWhole(event.author, event.text)
  }

  build(): Reply {
    const texts = this.#texts.map(({ text }) => text.trim()).filter((text) => text !== '')
    const isNoise = (text: string | undefined) => text !== undefined && isTrailingNoise(text)
    const firstNoise = texts.length - [...texts].reverse().findIndex((text) => !isNoise(text))
    const hasReply = texts.some((text) => !isNoise(text))
    return { texts: hasReply ? texts.slice(0, firstNoise) : texts, error: this.#error }
  }

  #addPiece(author: string, piece: string): void {
    const open = this.#last(author)
    if (open?.state === 'open') open.text += piece
    else this.#texts.push({ author, text: piece, state: 'open' })
  }

  /** The whole text takes the place of its pieces, also where a tool's event came between them. */
  #addWhole(author: string, text: string): void {
    const pieces = this.#last(author)
    const repeats =
      pieces?.state === 'open' || (pieces?.state === 'pieces' && text.trim().startsWith(pieces.text.trim()))
    if (pieces && repeats) Object.assign(pieces, { text, state: 'whole' })
    else this.#texts.push({ author, text, state: 'whole' })
  }

  #closePieces(author: string): void {
    const open = this.#last(author)
    if (open?.state === 'open') open.state = 'pieces'
  }

  #last(author: string): Text | undefined {
    return this.#texts.findLast((text) => text.author === author)
  }
}
