import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { AddressBlocked, InvalidAddress } from '../../../src/shared/net/address-errors.ts'
import { AddressGuard } from '../../../src/shared/net/address-guard.ts'
import { openGuarded, type OpenOptions } from '../../../src/shared/net/guarded-fetch.ts'
import { receiver } from './receiver.ts'

async function setup(answer: RequestListener, guard = new AddressGuard(['127.0.0.0/8'])) {
  const server = await receiver(answer)
  const open = (path: string, options: Partial<OpenOptions> = {}) =>
    openGuarded(guard, URL.parse(path, server.url)!.href, { signal: new AbortController().signal, ...options })
  return {
    server,
    open,
    async [Symbol.asyncDispose]() {
      await guard.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

const redirectTo =
  (location: string, status = 302): RequestListener =>
  (request, response) => {
    if (request.url === '/end') return void response.end('the end')
    response.writeHead(status, { location }).end()
  }

it('opens a file and tells what its server says of it', async () => {
  await using t = await setup((_request, response) => {
    const disposition = `attachment; filename="a.mp4"; filename*=UTF-8''%C3%A4.mp4`
    const headers = { 'content-type': 'video/mp4', 'content-length': 5, 'accept-ranges': 'bytes', etag: '"1"' }
    response.writeHead(200, { ...headers, 'content-disposition': disposition }).end('hello')
  })

  const { body, finalUrl, ...told } = await t.open('/clip')

  expect(told).toEqual({
    status: 200,
    from: 0,
    bytes: 5,
    contentType: 'video/mp4',
    acceptsRanges: true,
    etag: '"1"',
    filename: 'ä.mp4',
  })
  expect(finalUrl.href).toBe(`${t.server.url}/clip`)
  expect(await text(body)).toBe('hello')
})

it('goes on from a byte where the server goes along', async () => {
  await using t = await setup((request, response) => {
    if (request.headers.range === undefined) return void response.end('hello')
    response.writeHead(206, { 'content-range': 'bytes 2-4/5' }).end('llo')
  })

  const file = await t.open('/clip.mp4', { from: 2 })

  expect(file).toMatchObject({ status: 206, from: 2, bytes: 5, acceptsRanges: true, filename: 'clip.mp4' })
  expect(await text(file.body)).toBe('llo')
})

it('begins anew where the server does not know ranges', async () => {
  await using t = await setup((_request, response) => response.end('hello'))

  const file = await t.open('/clip', { from: 2 })

  expect(file).toMatchObject({ status: 200, from: 0 })
  expect(await text(file.body)).toBe('hello')
})

it('does not take other bytes for the ones it asked for', async () => {
  await using t = await setup((_request, response) => response.writeHead(206, { 'content-range': 'bytes 0-4/5' }).end())

  await expect(t.open('/clip', { from: 2 })).rejects.toMatchObject({ name: 'Unreachable', reason: 'protocol' })
})

it.each([301, 302, 303, 307, 308])('follows a redirect of status %i', async (status) => {
  await using t = await setup(redirectTo('/end', status))

  const file = await t.open('/start')

  expect(await text(file.body)).toBe('the end')
  expect(file.finalUrl.pathname).toBe('/end')
})

it('gives up on a circle of redirects', async () => {
  await using t = await setup(redirectTo('/again'))

  await expect(t.open('/start')).rejects.toMatchObject({ name: 'Unreachable', reason: 'redirect' })
  expect(t.server.requests).toHaveLength(6)
})

it.each([
  ['http://169.254.169.254/latest/meta-data/', AddressBlocked],
  ['http://[::1]/', AddressBlocked],
  ['//10.0.0.1/', AddressBlocked],
  ['file:///etc/passwd', InvalidAddress],
  ['http://user:word@127.0.0.1/', InvalidAddress],
])('does not follow a redirect to %s', async (location, error) => {
  await using t = await setup(redirectTo(location))

  await expect(t.open('/start')).rejects.toBeInstanceOf(error)
})

it('does not follow a redirect to a name that leads inside', async () => {
  const inside = new AddressGuard(['127.0.0.0/8'], { resolve: async () => [{ address: '10.1.1.1', family: 4 }] })
  await using t = await setup(redirectTo('http://harmless.example/'), inside)

  await expect(t.open('/start')).rejects.toMatchObject({ name: 'AddressBlocked', address: '10.1.1.1' })
})

it('shows credentials to the first host only', async () => {
  await using other = await receiver((_request, response) => response.end('other'))
  await using t = await setup(redirectTo(`${other.url}/`))

  const headers = { Authorization: 'Bearer a', cookie: 'a=1', 'x-trace': '7' }
  const file = await t.open('/start', { headers, from: 0 })
  await text(file.body)

  expect(t.server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer a', cookie: 'a=1' })
  expect(other.requests[0]?.headers).toMatchObject({ 'x-trace': '7' })
  expect(other.requests[0]?.headers).not.toHaveProperty('authorization')
  expect(other.requests[0]?.headers).not.toHaveProperty('cookie')
})

it.each([204, 304, 404, 416, 500])('tells status %i as what it is', async (status) => {
  await using t = await setup((_request, response) => response.writeHead(status).end())

  await expect(t.open('/clip')).rejects.toMatchObject({ name: 'BadStatus', status })
})

it('says that a connection was refused', async () => {
  const gone = await receiver(() => undefined)
  await gone[Symbol.asyncDispose]()
  await using t = await setup(() => undefined)

  await expect(t.open(gone.url)).rejects.toMatchObject({ name: 'Unreachable', reason: 'refused' })
})

it('says that a name is not known', async () => {
  const failing = async () => {
    throw Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })
  }
  await using t = await setup(() => undefined, new AddressGuard([], { resolve: failing }))

  await expect(t.open('http://nowhere.example/')).rejects.toMatchObject({
    name: 'Unreachable',
    reason: 'dns',
    message: 'Expected an answer of nowhere.example; its name could not be resolved (ENOTFOUND)',
  })
})

it('says that TLS failed where a server speaks none', async () => {
  await using t = await setup((_request, response) => response.end())

  await expect(t.open(`https://127.0.0.1:${t.server.port}/`)).rejects.toMatchObject({ reason: 'tls' })
})

it('says that a server went silent', async () => {
  await using t = await setup(() => undefined)

  await expect(t.open('/clip', { silenceMs: 10 })).rejects.toMatchObject({ reason: 'timeout' })
})

it('breaks the body with the reason when the connection breaks', async () => {
  await using t = await setup((_request, response) => {
    response.writeHead(200, { 'content-length': 10 }).write('half', () => response.destroy())
  })

  const { body } = await t.open('/clip')

  await expect(text(body)).rejects.toMatchObject({ name: 'Unreachable', reason: 'broken' })
})

it('breaks the body with the reason of an abort', async () => {
  await using t = await setup((_request, response) => void response.writeHead(200).write('half'))
  const stop = new AbortController()
  const { body } = await t.open('/clip', { signal: stop.signal })

  const read = text(body)
  stop.abort(new Error('shutdown'))

  await expect(read).rejects.toThrow('shutdown')
})

it('stops waiting for a name as soon as it is aborted', async () => {
  const asked = Promise.withResolvers<void>()
  const never = new AddressGuard([], { resolve: () => (asked.resolve(), Promise.withResolvers<never>().promise) })
  await using t = await setup(() => undefined, never)
  const stop = new AbortController()

  const opening = t.open('http://slow.example/', { signal: stop.signal })
  await asked.promise
  stop.abort(new Error('shutdown'))

  await expect(opening).rejects.toThrow('shutdown')
})

it('closes the connection of a body that nobody reads', async () => {
  await using t = await setup((_request, response) => void response.writeHead(200).write('half'))
  const { body } = await t.open('/clip')
  const [socket] = t.server.sockets

  body.destroy()

  await once(socket!, 'close')
  expect(t.server.sockets.size).toBe(0)
})
