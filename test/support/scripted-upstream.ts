import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UpstreamWorld, sendJson, type UpstreamRequest } from './upstream-world.ts'
import { findRoute, type UpstreamRoute } from './upstream-routes.ts'

type Answer = (request: UpstreamRequest, response: ServerResponse) => void | Promise<void>

const PATIENCE_MS = 10_000
const LONGEST_KEPT_BYTES = 1024 * 1024

/**
 * An upstream on loopback that obeys the protocol by itself, in memory, and does what a test scripts instead:
 * `upstream.on('message', (request, response) => …)` for good, `once` for the next request only.
 */
export class ScriptedUpstream implements AsyncDisposable {
  readonly requests: UpstreamRequest[] = []
  /** Texts of all messages that came, in order, whatever was answered. */
  readonly messages: string[] = []
  readonly world: UpstreamWorld
  readonly #server: Server
  readonly #always = new Map<UpstreamRoute, Answer>()
  readonly #next = new Map<UpstreamRoute, Answer[]>()
  readonly #arrivals = new EventEmitter()
  readonly #faults: unknown[] = []

  private constructor(server: Server) {
    this.#server = server
    this.world = new UpstreamWorld()
  }

  static async start(): Promise<ScriptedUpstream> {
    const server = createServer()
    const upstream = new ScriptedUpstream(server)
    server.on('request', (request, response) => {
      upstream.#serve(request, response).catch((error: unknown) => {
        if (!request.errored && !response.destroyed) upstream.#faults.push(error)
        response.destroy()
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return upstream
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  on(route: UpstreamRoute, answer: Answer): void {
    this.#always.set(route, answer)
  }

  once(route: UpstreamRoute, answer: Answer): void {
    this.#next.set(route, [...(this.#next.get(route) ?? []), answer])
  }

  /** Refuses the next request of a route with this status and JSON body. */
  refuseOnce(route: UpstreamRoute, status: number, body: unknown, headers: Record<string, string> = {}): void {
    this.once(route, (_request, response) => sendJson(response, status, body, headers))
  }

  /** The next message is applied and charged, and its stream breaks off. */
  dropStreamAfterApplying(): void {
    this.once('message', (request, response) => {
      this.world.applyMessage(request)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(': heartbeat\n\n', () => response.destroy())
    })
  }

  /** The next message's connection breaks before anything was done. */
  dropMessageBeforeApplying(): void {
    this.once('message', (_request, response) => void response.destroy())
  }

  /** The next message is applied, and its stream ends cleanly without a text. */
  replySilently(): void {
    this.once('message', (request, response) => {
      this.world.applyMessage(request)
      this.world.sendEvents(response, [])
    })
  }

  /** What it does by itself. */
  async asUsual(request: UpstreamRequest, response: ServerResponse): Promise<void> {
    await this.world.answer(request, response)
  }

  requestsOf(route: UpstreamRoute): UpstreamRequest[] {
    return this.requests.filter((request) => request.route === route)
  }

  /** Resolves once that many requests of a route have come; asking late is fine. */
  async received(route: UpstreamRoute, count = 1): Promise<UpstreamRequest> {
    while (this.requestsOf(route).length < count) {
      await once(this.#arrivals, route, { signal: AbortSignal.timeout(PATIENCE_MS) })
    }
    return this.requestsOf(route)[count - 1]!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    if (this.#faults.length > 0) throw new AggregateError(this.#faults, 'The scripted upstream itself failed')
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming)
    this.requests.push(request)
    if (request.route === 'message') this.messages.push(request.messageText())
    this.#arrivals.emit(request.route)
    const answer = this.#next.get(request.route)?.shift() ?? this.#always.get(request.route)
    await (answer ? answer(request, response) : this.asUsual(request, response))
  }
}

async function readRequest(incoming: IncomingMessage): Promise<UpstreamRequest> {
  const kept: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    if (bytes < LONGEST_KEPT_BYTES) kept.push(chunk)
    bytes += chunk.length
  }
  const { method = 'GET', url = '/', headers } = incoming
  const { route, sessionId, renderId } = findRoute(method, url)
  const body = Buffer.concat(kept)
  const json = () => JSON.parse(body.toString()) as Record<string, unknown>
  const messageText = () => {
    const { new_message: message } = json() as { new_message?: { parts?: { text?: string }[] } }
    return message?.parts?.map(({ text = '' }) => text).join('') ?? ''
  }
  return { route, method, url, headers, body, bytes, sessionId, renderId, json, messageText }
}
