import type { ServerResponse } from 'node:http'
import { systemClock } from '../../../src/shared/time/clock.ts'
import type { EngineAnswer } from './call-record.ts'
import type { Cut, Fault, Forged, Hold } from './fault.ts'

/** Gives the engine's answer back as the fault has it. */
export async function giveAnswer(fault: Fault, response: ServerResponse, answer: EngineAnswer): Promise<void> {
  switch (fault.kind) {
    case 'drop-after':
      response.destroy()
      return
    case 'cut':
      return cutOff(response, answer, fault.cut)
    case 'truncate':
      return giveWhole(
        response,
        withBody(answer, answer.body.subarray(0, Math.floor(answer.body.length * fault.share))),
      )
    case 'wrong-type':
      return giveWhole(response, { ...answer, headers: { ...answer.headers, 'content-type': 'text/plain' } })
    case 'replace':
      return giveForged(response, fault.answer)
    case 'delay':
      if (!fault.before) await systemClock.sleep(fault.ms)
      return giveWhole(response, answer)
    case 'hold':
      return giveHeld(response, answer, fault)
    case 'none':
    case 'drop-before':
    case 'duplicate':
    case 'refuse':
      return giveWhole(response, answer)
  }
}

/** The same answer with another body; its length is told right. */
export const withBody = (answer: EngineAnswer, body: Buffer): EngineAnswer => {
  const counted = answer.headers['content-length'] !== undefined
  return {
    ...answer,
    body,
    headers: { ...answer.headers, ...(counted ? { 'content-length': String(body.length) } : {}) },
  }
}

/** An answer that comes from the proxy alone. */
export function giveForged(response: ServerResponse, { status, type, body, headers = {} }: Forged): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers })
  response.end(body)
}

function giveWhole(response: ServerResponse, { status, headers, body }: EngineAnswer): void {
  response.writeHead(status, headers)
  response.end(body)
}

async function cutOff(response: ServerResponse, answer: EngineAnswer, cut: Cut): Promise<void> {
  const { body, headers } = answer
  const end = headers['content-length'] === undefined ? body.length : body.length - 1
  await givePart(response, answer, cut === 'end-missing' ? end : Math.min(end, Math.floor(body.length * cut.share)))
  response.destroy()
}

async function giveHeld(response: ServerResponse, answer: EngineAnswer, hold: Hold): Promise<void> {
  if (hold.at === 'before' || !(hold.matches?.(answer) ?? true)) return giveWhole(response, answer)
  if (hold.at === 'after') {
    hold.onHeld()
    return giveWhole(response, answer)
  }
  const half = Math.floor(answer.body.length / 2)
  await givePart(response, answer, half)
  hold.onHeld()
  if ((await hold.released) === 'drop') response.destroy()
  else response.end(answer.body.subarray(half))
}

/** The head and the first bytes, once they are on their way. */
async function givePart(response: ServerResponse, { status, headers, body }: EngineAnswer, bytes: number) {
  response.writeHead(status, headers)
  response.flushHeaders()
  if (bytes <= 0 || response.destroyed) return
  await new Promise<void>((resolve) => {
    response.once('close', resolve)
    response.write(body.subarray(0, bytes), () => resolve())
  })
}
