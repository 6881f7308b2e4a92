import { EventEmitter, once } from 'node:events'
import { Readable } from 'node:stream'
import { UpstreamError, type Delivery, type UpstreamErrorKind } from '../../src/shared/upstream/upstream-error.ts'
import type {
  CallOptions,
  ClipSource,
  Credits,
  Render,
  Reply,
  Upstream,
  UpstreamSession,
} from '../../src/shared/upstream/upstream.ts'

const PATIENCE_MS = 15_000

export type UpstreamCall = keyof Upstream

type Act = (signal: AbortSignal) => void | Promise<void>

interface FakeSession {
  uploads: string[]
  edits: string[]
}

/** An upstream that does what the test scripted, applies messages to a draft, and remembers what it was asked. */
export class FakeUpstream implements Upstream {
  readonly calls: UpstreamCall[] = []
  readonly messages: string[] = []
  readonly renders: { renderId: string; draft: string }[] = []
  readonly sessions = new Map<string, FakeSession>()
  balance: Credits = { available: 1_000, frozen: 0, total: 1_000 }
  reply: Reply = { texts: ['Done.'], error: null }
  /** What polls answer, in order; the last one stays. */
  polls: Render[] = [{ status: 'completed', url: 'https://upstream.test/out.mp4' }]
  output: Buffer = Buffer.from('a video')
  /** What a message that is applied costs. */
  price = 0
  /** Whether a message changes the timeline. */
  applies = true
  /** While set, every call throws it. */
  outage: UpstreamError | null = null
  /** Calls that run just now, and the most that ever did. */
  running = { now: 0, most: 0 }
  readonly #dropped = new Set<string>()
  readonly #arrivals = new EventEmitter().setMaxListeners(0)
  readonly #faults = new Map<UpstreamCall, Act[]>()

  /** The next call of this kind throws before it does anything. */
  failOnce(
    call: UpstreamCall,
    kind: UpstreamErrorKind,
    delivery: Delivery = 'refused',
    status: number | null = 400,
  ): void {
    this.next(call, () => {
      throw upstreamError(kind, delivery, status)
    })
  }

  /** Resolves once that many calls have come in all; asking late is fine. */
  async called(count: number): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    while (this.calls.length < count) await once(this.#arrivals, 'call', { signal })
  }

  /** The next call of this kind runs this first. */
  next(call: UpstreamCall, act: Act): void {
    this.#faults.set(call, [...(this.#faults.get(call) ?? []), act])
  }

  /** The next message is applied, and its stream breaks before the end. */
  dropStreamAfterApplying(): void {
    const applying = this.applies
    this.next('sendMessage', () => {
      this.applies = applying
      this.#edit([...this.sessions.keys()].at(-1) ?? '', this.messages.at(-1) ?? '')
      throw upstreamError('unavailable', 'unknown', null)
    })
  }

  /** The message with this text is applied, and its stream breaks before the end. */
  dropNextStreamOf(text: string): void {
    this.#dropped.add(text)
  }

  draftOf(sessionId: string): string | null {
    const session = this.sessions.get(sessionId)
    if (!session || session.uploads.length === 0) return null
    const segments = session.uploads.map((name) => ({ d: 1_000, m: { name } }))
    const texts = session.edits.map((text) => ({ d: 500, m: { text } }))
    return JSON.stringify({
      t: [{ tt: 0, sg: segments }, ...(texts.length > 0 ? [{ tt: 7, sg: texts }] : [])],
      d: 1_000,
    })
  }

  async createSession(_request: unknown, options: CallOptions): Promise<UpstreamSession> {
    await this.#called('createSession', options)
    const sessionId = `90000000000000000${String(this.sessions.size).padStart(2, '0')}`
    this.sessions.set(sessionId, { uploads: [], edits: [] })
    return { taskId: `task-${this.sessions.size}`, sessionId }
  }

  async upload({ sessionId }: UpstreamSession, clip: ClipSource, options: CallOptions): Promise<void> {
    await this.#called('upload', options)
    for await (const _chunk of await clip.open()) void _chunk
    const session = this.#session(sessionId)
    if (!session.uploads.includes(clip.name)) session.uploads.push(clip.name)
  }

  async credits(options: CallOptions): Promise<Credits> {
    await this.#called('credits', options)
    return this.balance
  }

  async sendMessage({ sessionId }: UpstreamSession, text: string, options: CallOptions): Promise<Reply> {
    this.messages.push(text)
    await this.#called('sendMessage', options)
    this.#edit(sessionId, text)
    if (this.#dropped.delete(text)) throw upstreamError('unavailable', 'unknown', null)
    return this.reply
  }

  async state({ sessionId }: UpstreamSession, options: CallOptions) {
    await this.#called('state', options)
    this.#session(sessionId)
    return { draft: this.draftOf(sessionId), userId: null }
  }

  async startRender(
    { renderId, draft }: { renderId: string; draft: string },
    options: CallOptions,
  ): Promise<{ renderId: string }> {
    this.renders.push({ renderId, draft })
    await this.#called('startRender', options)
    return { renderId }
  }

  async getRender(renderId: string, options: CallOptions): Promise<Render> {
    await this.#called('getRender', options)
    if (!this.renders.some((render) => render.renderId === renderId)) return { status: 'unknown' }
    return (this.polls.length > 1 ? this.polls.shift() : this.polls[0]) ?? { status: 'unknown' }
  }

  async cancelRender(_renderId: string, options: CallOptions): Promise<void> {
    await this.#called('cancelRender', options)
  }

  async download(_url: string, options: CallOptions & { from?: number }) {
    const { from = 0 } = options
    await this.#called('download', options)
    return { body: Readable.from([this.output.subarray(from)]), from, bytes: this.output.length }
  }

  async claimUrl(_session: UpstreamSession, options: CallOptions): Promise<string> {
    await this.#called('claimUrl', options)
    return 'https://upstream.test/claim'
  }

  #edit(sessionId: string, text: string): void {
    if (!this.applies) return
    this.#session(sessionId).edits.push(text)
    const available = this.balance.available - this.price
    this.balance = { ...this.balance, available, total: available + this.balance.frozen }
  }

  #session(sessionId: string): FakeSession {
    const session = this.sessions.get(sessionId)
    if (!session) throw upstreamError('session_lost', 'refused', 200)
    return session
  }

  async #called(call: UpstreamCall, { signal }: CallOptions): Promise<void> {
    this.calls.push(call)
    this.#arrivals.emit('call')
    this.running.most = Math.max(this.running.most, ++this.running.now)
    try {
      await new Promise((resolve) => setImmediate(resolve)) // let others come meanwhile, as over a network
      if (this.outage) throw this.outage
      await this.#faults.get(call)?.shift()?.(signal)
    } finally {
      this.running.now--
    }
  }
}

export const upstreamError = (kind: UpstreamErrorKind, delivery: Delivery, status: number | null) =>
  new UpstreamError(kind, `scripted ${kind}`, { delivery, words: { status, code: null, message: `scripted ${kind}` } })
