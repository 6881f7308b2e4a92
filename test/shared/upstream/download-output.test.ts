import type { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { AddressGuard } from '../../../src/shared/net/address-guard.ts'
import { ScriptedUpstream } from '../../support/scripted-upstream.ts'
import { clientOf, signal } from './client.ts'

const read = async (body: Readable) => Buffer.concat(await Array.fromAsync(body as AsyncIterable<Buffer>))

async function setup() {
  const upstream = await ScriptedUpstream.start()
  const client = clientOf(upstream.url)
  return {
    upstream,
    client,
    url: `${upstream.url}/outputs/r.mp4`,
    size: upstream.world.output.length,
    [Symbol.asyncDispose]: async () => {
      await client.close()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('download', () => {
  it('takes none of our headers along', async () => {
    await using t = await setup()
    const { body, from, bytes } = await t.client.download(t.url, { signal })
    expect(await read(body)).toEqual(t.upstream.world.output)
    expect({ from, bytes }).toEqual({ from: 0, bytes: t.size })
    const headers = Object.keys(t.upstream.requestsOf('output')[0]?.headers ?? {})
    expect(headers.filter((name) => /authorization|skill|range/.test(name))).toEqual([])
  })

  it('resumes at a byte', async () => {
    await using t = await setup()
    const { body, from, bytes } = await t.client.download(t.url, { signal, from: 1000 })
    expect({ from, bytes }).toEqual({ from: 1000, bytes: t.size })
    expect(await read(body)).toEqual(t.upstream.world.output.subarray(1000))
  })

  it('says so where the server begins at 0 instead', async () => {
    await using t = await setup()
    t.upstream.on('output', (_request, response) => void response.writeHead(200, { 'content-length': 3 }).end('abc'))
    const { body, from, bytes } = await t.client.download(t.url, { signal, from: 2 })
    expect({ from, bytes, text: String(await read(body)) }).toEqual({ from: 0, bytes: 3, text: 'abc' })
  })

  it('refuses a range that it did not ask for', async () => {
    await using t = await setup()
    t.upstream.on(
      'output',
      (_request, response) => void response.writeHead(206, { 'content-range': 'bytes 0-2/3' }).end('abc'),
    )
    await expect(t.client.download(t.url, { signal, from: 2 })).rejects.toMatchObject({ kind: 'unavailable' })
  })

  it('has nothing left where the whole was there already', async () => {
    await using t = await setup()
    t.upstream.on(
      'output',
      (_request, response) => void response.writeHead(416, { 'content-range': 'bytes */7' }).end(),
    )
    const { body, from, bytes } = await t.client.download(t.url, { signal, from: 7 })
    expect({ from, bytes, left: (await read(body)).length }).toEqual({ from: 7, bytes: 7, left: 0 })
  })

  it('begins anew where the byte is beyond the end', async () => {
    await using t = await setup()
    const { from } = await t.client.download(t.url, { signal }).then(async (first) => {
      await read(first.body)
      t.upstream.once(
        'output',
        (_request, response) => void response.writeHead(416, { 'content-range': 'bytes */7' }).end(),
      )
      return t.client.download(t.url, { signal, from: 9 })
    })
    expect(from).toBe(0)
  })

  it.each([
    [404, 'rejected'],
    [403, 'rejected'],
    [429, 'rate_limited'],
    [500, 'unavailable'],
    [302, 'rejected'],
  ])('tells %i as %s', async (status, kind) => {
    await using t = await setup()
    t.upstream.refuseOnce('output', status, {}, { location: 'http://127.0.0.1:1/' })
    await expect(t.client.download(t.url, { signal })).rejects.toMatchObject({ kind })
  })

  it('tells a body that breaks off', async () => {
    await using t = await setup()
    t.upstream.on('output', (_request, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('abc', () => response.destroy())
    })
    const { body } = await t.client.download(t.url, { signal })
    await expect(read(body)).rejects.toMatchObject({ kind: 'unavailable', delivery: 'unknown' })
  })

  it('stops with the reason of the signal', async () => {
    await using t = await setup()
    t.upstream.on(
      'output',
      (_request, response) => void response.writeHead(200, { 'content-length': 100 }).write('abc'),
    )
    const stop = new AbortController()
    const { body } = await t.client.download(t.url, { signal: stop.signal })
    const reason = new Error('canceled')
    stop.abort(reason)
    await expect(read(body)).rejects.toBe(reason)
  })

  it('lets the connection of a body go that nobody read', async () => {
    await using t = await setup()
    const gone = Promise.withResolvers<'gone'>()
    t.upstream.on('output', (_request, response) => {
      response.once('close', () => gone.resolve('gone'))
      response.writeHead(200, { 'content-length': 100 }).write('abc')
    })
    const { body } = await t.client.download(t.url, { signal })
    body.destroy()
    expect(await gone.promise).toBe('gone')
  })

  it('is fetched past the guard on the host of the upstream alone, whatever the port', async () => {
    await using t = await setup()
    await using other = await ScriptedUpstream.start()
    const guard = new AddressGuard([])
    await using client = clientOf(t.upstream.url, { foreign: guard.dispatcher })
    const { body } = await client.download(`${other.url}/outputs/r.mp4`, { signal })
    expect(await read(body)).toHaveLength(t.size)
    const elsewhere = other.url.replace('127.0.0.1', '127.0.0.2')
    await expect(client.download(`${elsewhere}/outputs/r.mp4`, { signal })).rejects.toMatchObject({ kind: 'rejected' })
    expect(other.requests).toHaveLength(1)
    await guard.close()
  })

  it('takes no other address than http', async () => {
    await using t = await setup()
    await expect(t.client.download('file:///etc/passwd', { signal })).rejects.toMatchObject({ kind: 'unavailable' })
  })

  it('resolves a relative address', async () => {
    await using t = await setup()
    const { body } = await t.client.download('/outputs/r.mp4', { signal })
    expect(await read(body)).toHaveLength(t.size)
  })
})
