import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { systemClock } from '../../src/shared/time/clock.ts'
import { readIds, type EngineAnswer, type ProxiedCall, type ProxiedRequest } from './faults/call-record.ts'
import { askEngine } from './faults/ask-engine.ts'
import { NO_FAULT, type Fault } from './faults/fault.ts'
import { giveAnswer, giveForged, withBody } from './faults/give-answer.ts'
import { findRoute } from './upstream-routes.ts'

/** What happens to a call, decided when it comes. */
export type Decide = (request: ProxiedRequest) => Fault

/**
 * A proxy on loopback between a client and the engine, where any call may suffer any fault. It asks the engine to the
 * end even when its client has gone, as a network may, and remembers what really reached it.
 */
export class FaultProxy implements AsyncDisposable {
  readonly calls: ProxiedCall[] = []
  decide: Decide = () => NO_FAULT
  /** What the proxy itself got wrong; throw it, since nothing that was seen through such a proxy counts. */
  readonly mistakes: unknown[] = []
  readonly #server: Server
  readonly #engineUrl: () => string
  readonly #busy = new Set<Promise<void>>()

  private constructor(server: Server, engineUrl: () => string) {
    this.#server = server
    this.#engineUrl = engineUrl
  }

  static async start(engineUrl: () => string): Promise<FaultProxy> {
    const server = createServer({ keepAliveTimeout: 60_000 })
    const proxy = new FaultProxy(server, engineUrl)
    server.on('request', (request, response) => {
      const serving: Promise<void> = proxy
        .#serve(request, response)
        .catch((error: unknown) => {
          if (!request.errored) proxy.mistakes.push(error)
          response.destroy()
        })
        .finally(() => proxy.#busy.delete(serving))
      proxy.#busy.add(serving)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  /** The address for a client; with a name, its calls can be told from those of others. */
  url(client = ''): string {
    const base = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return client === '' ? base : `${base}/${client}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await Promise.all(this.#busy)
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined) // a client may go at any moment
    const request = await this.#read(incoming)
    const fault = this.decide(request)
    const call: ProxiedCall = {
      client: request.client,
      route: request.route,
      ...readIds(request),
      authorization: request.headers['authorization'] ?? '',
      fault: fault.kind,
      answers: [],
    }
    this.calls.push(call)
    await this.#suffer(fault, { request, response, call })
  }

  async #suffer(
    fault: Fault,
    at: { request: ProxiedRequest; response: ServerResponse; call: ProxiedCall },
  ): Promise<void> {
    const { response } = at
    if (fault.kind === 'refuse') return giveForged(response, fault.answer)
    if (fault.kind === 'drop-before' || (await this.#stoppedBefore(fault)) === 'drop') {
      response.destroy()
      return
    }
    if (fault.kind === 'duplicate') await this.#ask(at)
    await giveAnswer(fault, response, await this.#ask(at))
  }

  async #stoppedBefore(fault: Fault): Promise<'go' | 'drop'> {
    if (fault.kind === 'delay' && fault.before) await systemClock.sleep(fault.ms)
    if (fault.kind !== 'hold' || fault.at !== 'before') return 'go'
    fault.onHeld()
    return fault.released
  }

  async #ask({ request, call }: { request: ProxiedRequest; call: ProxiedCall }): Promise<EngineAnswer> {
    const answer = await askEngine(this.#engineUrl(), request)
    call.answers.push(answer)
    return request.route === 'poll' ? this.#withOwnLinks(answer, request.client) : answer
  }

  /** Outputs are fetched through the proxy too, by the client that was told of them. */
  #withOwnLinks(answer: EngineAnswer, client: string): EngineAnswer {
    const links = answer.body.toString().replaceAll(`${this.#engineUrl()}/`, `${this.url(client)}/`)
    return withBody(answer, Buffer.from(links))
  }

  async #read(incoming: IncomingMessage): Promise<ProxiedRequest> {
    const { method = 'GET', url = '/', headers } = incoming
    const body = await buffer(incoming)
    const [client, path] = splitClient(url)
    const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    return { client, path, method, headers: sent, body, ...findRoute(method, path) }
  }
}

/** `/name/api/…` is a client's call; `/api/…`, `/run_sse` and `/outputs/…` are nobody's in particular. */
function splitClient(url: string): [client: string, path: string] {
  const found = /^\/(?!api\/|run_sse|outputs\/)([^/]+)(\/.*)$/.exec(url)
  return [found?.[1] ?? '', found?.[2] ?? url]
}
