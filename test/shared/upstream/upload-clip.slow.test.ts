import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { ClipSource } from '../../../src/shared/upstream/upstream.ts'
import { ScriptedUpstream } from '../../support/scripted-upstream.ts'
import { sendJson } from '../../support/upstream-world.ts'
import { clientOf, signal } from './client.ts'
import { rawServer } from './raw-server.ts'

const MIB = 1024 * 1024

const clipOf = (bytes: Buffer, more: Partial<ClipSource> = {}): ClipSource => ({
  name: 'clip.mp4',
  contentType: 'video/mp4',
  bytes: bytes.length,
  open: async () => Readable.from([bytes]),
  ...more,
})

async function setup() {
  const upstream = await ScriptedUpstream.start()
  const client = clientOf(upstream.url)
  const session = await client.createSession({ language: null }, { signal })
  return {
    upstream,
    session,
    upload: (clip: ClipSource) => client.upload(session, clip, { signal }),
    [Symbol.asyncDispose]: async () => {
      await client.close()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('upload', () => {
  it('sends the field `files` with a counted length', async () => {
    await using t = await setup()
    await t.upload(clipOf(Buffer.from('the bytes'), { name: '片 "1".mp4' }))
    const [request] = t.upstream.requestsOf('upload')
    const body = request?.body.toString() ?? ''
    expect(body).toContain('name="files"; filename="片 %221%22.mp4"')
    expect(body).toMatch(/Content-Type: video\/mp4\r\n\r\nthe bytes\r\n--/)
    expect(request?.headers['content-length']).toBe(String(request?.bytes))
    expect(request?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
  })

  it('never holds a large clip in memory', async () => {
    await using t = await setup()
    const count = 500
    let most = 0
    const open = async () =>
      Readable.from(
        (function* () {
          for (let sent = 0; sent < count; sent++) {
            if (sent % 20 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers)
            yield Buffer.alloc(MIB)
          }
        })(),
      )
    const before = process.memoryUsage().arrayBuffers
    await t.upload(clipOf(Buffer.alloc(0), { bytes: count * MIB, open }))
    expect(t.upstream.requestsOf('upload')[0]?.bytes).toBeGreaterThan(count * MIB)
    expect((most - before) / MIB).toBeLessThan(150)
  })

  it('opens the clip anew for each try', async () => {
    await using t = await setup()
    let opened = 0
    const clip = clipOf(Buffer.from('abc'), {
      open: async () => Readable.from([Buffer.from('abc')], { highWaterMark: ++opened }),
    })
    t.upstream.refuseOnce('upload', 503, {})
    await expect(t.upload(clip)).rejects.toMatchObject({ kind: 'unavailable', delivery: 'unknown' })
    await t.upload(clip)
    expect(opened).toBe(2)
  })

  it('throws what the clip itself threw', async () => {
    await using t = await setup()
    const fault = new Error('the disk is gone')
    const gone = async () => {
      throw fault
    }
    const broken = async () =>
      Readable.from(
        (function* () {
          yield Buffer.from('ab')
          throw fault
        })(),
      )
    await expect(t.upload(clipOf(Buffer.from('abc'), { open: gone }))).rejects.toBe(fault)
    await expect(t.upload(clipOf(Buffer.from('abc'), { open: broken }))).rejects.toBe(fault)
  })

  it.each(['ab', 'abcd'])('refuses a clip of 3 bytes that gives %j', async (bytes) => {
    await using t = await setup()
    const clip = clipOf(Buffer.from('abc'), { open: async () => Readable.from([Buffer.from(bytes)]) })
    await expect(t.upload(clip)).rejects.toThrow(/Expected 3 bytes|content-length/i)
  })

  it.each([
    [200, { code: 4001, message: 'type' }, 'unsupported_file'],
    [200, { code: 4002, message: 'size' }, 'file_too_large'],
    [413, {}, 'file_too_large'],
    [200, { code: 1002 }, 'session_lost'],
    [200, { code: 0, data: { files: [] } }, 'unavailable'],
  ])('tells %i %j as %s', async (status, body, kind) => {
    await using t = await setup()
    t.upstream.refuseOnce('upload', status, body)
    await expect(t.upload(clipOf(Buffer.from('abc')))).rejects.toMatchObject({ kind })
  })

  const endless = clipOf(Buffer.alloc(0), {
    bytes: 100 * MIB,
    open: async () => Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(MIB))),
  })
  const session = { taskId: 't', sessionId: '1' }

  it('tells a connection that breaks midway', async () => {
    await using server = await rawServer((socket) => socket.resetAndDestroy())
    await using client = clientOf(server.url)
    await expect(client.upload(session, endless, { signal })).rejects.toMatchObject({
      name: 'UpstreamError',
      kind: 'unavailable',
      delivery: 'unknown',
    })
  })

  it('hears a refusal that comes before the end of the clip', async () => {
    await using server = await rawServer((socket) => {
      socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
    })
    await using client = clientOf(server.url)
    await expect(client.upload(session, endless, { signal })).rejects.toMatchObject({ kind: 'file_too_large' })
  })

  it('stops with the reason of the signal, midway', async () => {
    await using server = await rawServer((socket) => void socket.pause())
    await using client = clientOf(server.url)
    const stop = new AbortController()
    const sending = client.upload(session, endless, { signal: stop.signal })
    sending.catch(() => undefined)
    await server.contacted()
    const reason = new Error('shutdown')
    stop.abort(reason)
    await expect(sending).rejects.toBe(reason)
  })

  it('takes the other spelling of its answer', async () => {
    await using t = await setup()
    t.upstream.on('upload', (_request, response) =>
      sendJson(response, 200, { code: 0, data: { uploaded_files: [{ url: 'x' }] } }),
    )
    await t.upload(clipOf(Buffer.from('abc')))
    expect(t.upstream.requestsOf('upload')).toHaveLength(1)
  })
})

describe('a clip that the session does not take up', () => {
  const NOT_APPLIED = { code: 0, data: { files: [{ filename: 'stored-1.mp4' }], session_state_applied: false } }
  const stateWith = (infos: unknown) => ({ code: 0, data: { state: { draft: null, video_infos: infos } } })

  it('is uploaded once more', async () => {
    await using t = await setup()
    t.upstream.refuseOnce('upload', 200, NOT_APPLIED)
    await t.upload(clipOf(Buffer.from('x')))
    expect(t.upstream.requestsOf('upload')).toHaveLength(2)
  })

  it('is not uploaded again where the state knows it after all, by its name there', async () => {
    await using t = await setup()
    t.upstream.refuseOnce('upload', 200, NOT_APPLIED)
    t.upstream.refuseOnce('state', 200, stateWith([{ filename: 'stored-1.mp4' }]))
    await t.upload(clipOf(Buffer.from('x')))
    expect(t.upstream.requestsOf('upload')).toHaveLength(1)
  })

  it('is a refusal the second time, so that nothing is paid for an edit without it', async () => {
    await using t = await setup()
    t.upstream.on('upload', (_request, response) => sendJson(response, 200, NOT_APPLIED))
    await expect(t.upload(clipOf(Buffer.from('x')))).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('did not take up clip.mp4'),
    })
    expect(t.upstream.requestsOf('upload')).toHaveLength(2)
  })
})
