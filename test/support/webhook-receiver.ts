import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface ReceivedWebhook {
  headers: IncomingHttpHeaders
  body: string
}

/** A receiver on loopback that answers as the test says and lets it wait for what comes. */
export async function webhookReceiver(answer: (received: ReceivedWebhook) => number = () => 204) {
  const received: ReceivedWebhook[] = []
  const waiting: (() => void)[] = []
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const webhook = { headers: request.headers, body: await text(request) }
    received.push(webhook)
    response.writeHead(answer(webhook)).end()
    for (const wake of waiting.splice(0)) wake()
  }
  const server = createServer((request, response) => void receive(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    /** Resolves with the first `count` webhooks. */
    async reached(count: number): Promise<ReceivedWebhook[]> {
      while (received.length < count) {
        const arrived = Promise.withResolvers<void>()
        waiting.push(arrived.resolve)
        await arrived.promise
      }
      return received.slice(0, count)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
