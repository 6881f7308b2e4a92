import { describe, expect, it } from 'vitest'
import { request } from 'undici'
import { FaultProxy } from './fault-proxy.ts'
import { startedRender, timesApplied } from './faults/call-record.ts'
import { code, html, type Fault } from './faults/fault.ts'
import { randomFaults } from './faults/random-faults.ts'
import { seededRandom } from './faults/seeded-random.ts'
import { ScriptedUpstream } from './scripted-upstream.ts'

/** undici's words for it. */
const BROKEN = /other side closed|terminated|aborted|Invalid EOF/i
const BALANCE = '/api/credits/balance/simple'

async function setup(fault: Fault = { kind: 'none' }) {
  await using opened = new AsyncDisposableStack()
  const upstream = opened.use(await ScriptedUpstream.start())
  const proxy = opened.use(await FaultProxy.start(() => upstream.url))
  proxy.decide = () => fault
  const all = opened.move()
  const balance = async () => {
    const answer = await request(`${proxy.url('one')}${BALANCE}`, { reset: true })
    return { status: answer.statusCode, type: answer.headers['content-type'], text: await answer.body.text() }
  }
  return { upstream, proxy, balance, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

describe('the fault proxy', () => {
  it('hands calls on and answers back, and knows whose they were', async () => {
    await using t = await setup()
    expect(await t.balance()).toMatchObject({ status: 200, text: expect.stringContaining('available') })
    expect(t.proxy.calls).toMatchObject([{ client: 'one', route: 'credits', answers: [{ status: 200 }] }])
  })

  it.each([
    [{ kind: 'drop-before' }, 0],
    [{ kind: 'drop-after' }, 1],
    [{ kind: 'cut', cut: { share: 0 } }, 1],
    [{ kind: 'cut', cut: { share: 0.5 } }, 1],
    [{ kind: 'cut', cut: { share: 1 } }, 1],
    [{ kind: 'cut', cut: 'end-missing' }, 1],
  ] satisfies [Fault, number][])('breaks the connection: %o', async (fault, reached) => {
    await using t = await setup(fault)
    await expect(t.balance()).rejects.toThrow(BROKEN)
    expect(t.upstream.requests).toHaveLength(reached)
  })

  it.each([
    [{ kind: 'duplicate' }, { status: 200, text: expect.stringContaining('available') }, 2],
    [{ kind: 'truncate', share: 0.5 }, { status: 200, text: expect.stringMatching(/^[^}]*$/) }, 1],
    [{ kind: 'wrong-type' }, { status: 200, type: 'text/plain' }, 1],
    [{ kind: 'refuse', answer: code(1001, 'no') }, { status: 200, text: '{"code":1001,"message":"no"}' }, 0],
    [{ kind: 'replace', answer: html(502) }, { status: 502, type: 'text/html' }, 1],
  ] satisfies [Fault, object, number][])('changes the answer: %o', async (fault, answer, reached) => {
    await using t = await setup(fault)
    expect(await t.balance()).toMatchObject(answer)
    expect(t.upstream.requests).toHaveLength(reached)
  })

  it('leaves out only the last chunk of a stream', async () => {
    await using t = await setup({ kind: 'cut', cut: 'end-missing' })
    t.upstream.on('credits', (_request, response) => void response.write('all of it', () => response.end()))
    const answer = await request(`${t.proxy.url()}${BALANCE}`)
    const chunks: string[] = []
    const read = async () => {
      for await (const chunk of answer.body) chunks.push(String(chunk))
    }
    await expect(read()).rejects.toThrow(BROKEN)
    expect(chunks.join('')).toBe('all of it')
  })

  it('holds a call until it is told to go on', async () => {
    const held = Promise.withResolvers<void>()
    const released = Promise.withResolvers<'go' | 'drop'>()
    await using t = await setup({ kind: 'hold', at: 'before', onHeld: held.resolve, released: released.promise })
    const answer = t.balance()
    await held.promise
    expect(t.upstream.requests).toHaveLength(0)
    released.resolve('go')
    expect(await answer).toMatchObject({ status: 200 })
  })

  it('makes the same faults for the same seed, in about the share that was asked for', () => {
    const draw = (seed: number) => {
      const faults = randomFaults(seededRandom(seed), 0.2)
      return Array.from({ length: 2_000 }, () => faults('message'))
    }
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    const faulty = draw(3).filter(({ kind }) => kind !== 'none')
    expect(faulty.length / 2_000).toBeCloseTo(0.2, 1)
    expect(faulty.some(({ kind }) => kind === 'duplicate')).toBe(false)
  })

  it('counts only what the engine applied and started', () => {
    const call = { client: '', sessionId: '', renderId: '', text: '', authorization: '', fault: 'none' as const }
    const answer = (body: string) => ({ status: 200, headers: {}, body: Buffer.from(body) })
    expect(timesApplied({ ...call, route: 'message', answers: [answer('"status":"success"')] })).toBe(1)
    expect(timesApplied({ ...call, route: 'message', answers: [answer('"status":"unchanged"')] })).toBe(0)
    expect(startedRender({ ...call, route: 'render', answers: [answer('{"success":true}')] })).toBe(true)
    expect(startedRender({ ...call, route: 'render', answers: [answer('{"success":false}')] })).toBe(false)
  })
})
