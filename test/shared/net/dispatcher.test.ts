import { createServer, type TLSSocket } from 'node:tls'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { AddressBlocked } from '../../../src/shared/net/address-errors.ts'
import { AddressGuard, type Resolve } from '../../../src/shared/net/address-guard.ts'
import { receiver } from './receiver.ts'

const LOOPBACK = { address: '127.0.0.1', family: 4 }

/** A guard that knows names as told, remembers who asked, and lets 127.0.0.0/8 pass. */
function guardKnowing(names: Record<string, Awaited<ReturnType<Resolve>>[]>) {
  const asked: string[] = []
  const guard = new AddressGuard(['127.0.0.0/8'], {
    resolve: async (name) => {
      asked.push(name)
      return names[name]?.shift() ?? []
    },
  })
  const call = async (origin: string) => {
    const answer = await guard.dispatcher.request({ origin, path: '/', method: 'GET' })
    return answer.body.text()
  }
  return { guard, asked, call, [Symbol.asyncDispose]: () => guard.close() }
}

it('connects to the address that was checked, asking for it once', async () => {
  await using server = await receiver((request, response) => response.end(request.headers.host))
  await using t = guardKnowing({ 'clips.example': [[LOOPBACK]] })

  expect(await t.call(`http://clips.example:${server.port}`)).toBe(`clips.example:${server.port}`)
  expect(t.asked).toEqual(['clips.example'])
})

it('refuses a name of which one address is blocked, wherever it stands', async () => {
  await using server = await receiver((_request, response) => response.end())
  await using t = guardKnowing({ 'mixed.example': [[LOOPBACK, { address: '10.0.0.5', family: 4 }]] })

  await expect(t.call(`http://mixed.example:${server.port}`)).rejects.toMatchObject({
    name: 'AddressBlocked',
    address: '10.0.0.5',
    message: expect.stringContaining('mixed.example'),
  })
  expect(server.requests).toEqual([])
})

it('judges the second answer of a name that changes it', async () => {
  await using server = await receiver((_request, response) => response.setHeader('connection', 'close').end('first'))
  await using t = guardKnowing({ 'rebind.example': [[LOOPBACK], [{ address: '169.254.169.254', family: 4 }]] })

  expect(await t.call(`http://rebind.example:${server.port}`)).toBe('first')
  await expect(t.call(`http://rebind.example:${server.port}`)).rejects.toBeInstanceOf(AddressBlocked)
})

it.each(['http://10.0.0.1:9', 'http://[::1]:9', 'https://192.168.1.1:9'])(
  'checks the literal address %s as it connects',
  async (origin) => {
    await using t = guardKnowing({})

    await expect(t.call(origin)).rejects.toBeInstanceOf(AddressBlocked)
    expect(t.asked).toEqual([])
  },
)

it('takes localhost to the loopback address that is allowed, without a look-up', async () => {
  await using server = await receiver((_request, response) => response.end('here'))
  await using t = guardKnowing({})

  expect(await t.call(`http://localhost:${server.port}`)).toBe('here')
  expect(t.asked).toEqual([])
})

it('shows a TLS server the name, not the address', async () => {
  const shown = Promise.withResolvers<string>()
  const server = createServer({
    SNICallback: (name, callback) => {
      shown.resolve(name)
      callback(new Error('no certificate'))
    },
  })
  server.on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  await using t = guardKnowing({ 'secure.example': [[LOOPBACK]] })

  await expect(t.call(`https://secure.example:${(server.address() as AddressInfo).port}`)).rejects.toBeInstanceOf(Error)
  expect(await shown.promise).toBe('secure.example')
  server.close()
})

it('asks once for a name that many calls wait for', async () => {
  await using server = await receiver((_request, response) => response.end('ok'))
  const known = Promise.withResolvers<Awaited<ReturnType<Resolve>>>()
  const asked: string[] = []
  const guard = new AddressGuard(['127.0.0.0/8'], { resolve: (name) => (asked.push(name), known.promise) })
  const call = () =>
    guard.dispatcher.request({ origin: `http://slow.example:${server.port}`, path: '/', method: 'GET' })

  const answers = [call(), call(), call()]
  known.resolve([LOOPBACK])
  for (const { body } of await Promise.all(answers)) await body.dump()

  expect(asked).toEqual(['slow.example'])
  await guard.close()
})
