import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { UpstreamRoute } from './upstream-routes.ts'

/** A request as the scripted upstream received it. Of a large body, only the first MiB is kept. */
export interface UpstreamRequest {
  route: UpstreamRoute
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
  bytes: number
  sessionId: string
  renderId: string
  json(): Record<string, unknown>
  messageText(): string
}

interface Session {
  clips: string[]
  titles: string[]
}

const FIRST_SESSION = 7_300_000_000_000_000_000n
const MESSAGE_PRICE = 50
/** Above 2^53, so that a draft that was parsed and written again is seen to differ. */
const REVISION = '9007199254740993127'

/** The scripted upstream's memory, and what it answers by itself. */
export class UpstreamWorld {
  readonly sessions = new Map<string, Session>()
  /** The raw body of each render's start, by id. */
  readonly renders = new Map<string, string>()
  available = 1000
  output: Buffer = readFileSync(new URL('../fixtures/output.mp4', import.meta.url))
  #tokens = 0

  /** The session's draft, as text; null before anything is on its timeline. */
  draftOf(sessionId: string): string | null {
    const { clips, titles } = this.sessions.get(sessionId) ?? { clips: [], titles: [] }
    if (clips.length + titles.length === 0) return null
    const shots = clips.map((name) => ({ d: 10_000, m: { name } }))
    const texts = titles.map((text) => ({ d: 3000, m: { text } }))
    const tracks = [...(shots.length ? [{ tt: 0, sg: shots }] : []), ...(texts.length ? [{ tt: 7, sg: texts }] : [])]
    return `{"t":${JSON.stringify(tracks)}, "d":${Math.max(shots.length * 10_000, texts.length * 3000)}, "rev":${REVISION}}`
  }

  /** Adds the message's text as a title, and charges for it. */
  applyMessage(request: UpstreamRequest): void {
    this.sessions.get(String(request.json()['session_id']))?.titles.push(request.messageText())
    this.available -= MESSAGE_PRICE
  }

  /** Ends a response with these events as a stream. */
  sendEvents(response: ServerResponse, events: readonly unknown[]): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const event of events) response.write(`data: ${JSON.stringify(event)}\n\n`)
    response.end()
  }

  async answer(request: UpstreamRequest, response: ServerResponse): Promise<void> {
    const data = (value: unknown) => sendJson(response, 200, { code: 0, data: value })
    if (request.sessionId && !this.sessions.has(request.sessionId)) return refuse(response, 1002, 'session not found')
    switch (request.route) {
      case 'token':
        return data({ token: `nmv_usr_${++this.#tokens}`, user_id: 'anon_1' })
      case 'session':
        return data({ task_id: `task_${this.sessions.size + 1}`, session_id: this.#openSession() })
      case 'claim':
        return data({ claim_token: 'clm_1', expires_in: 604_800 })
      case 'upload':
        return data({ files: [this.#takeClip(request)], session_state_applied: true })
      case 'credits':
        return data({ available: this.available, frozen: 0, total: this.available })
      case 'message':
        return this.#message(request, response)
      case 'state':
        return sendText(response, `{"code":0,"data":{"state":{"draft":${this.draftOf(request.sessionId) ?? 'null'}}}}`)
      case 'render':
        return this.#startRender(request, response)
      case 'poll':
        return this.#poll(request, response)
      case 'cancel':
        return sendJson(response, 200, { success: true, data: { id: request.renderId, status: 'cancelled' } })
      case 'output':
        return this.#sendOutput(request, response)
      case 'unknown':
        return sendJson(response, 404, { detail: 'Not Found' })
    }
  }

  #openSession(): string {
    const sessionId = String(FIRST_SESSION + BigInt(this.sessions.size) + 1n)
    this.sessions.set(sessionId, { clips: [], titles: [] })
    return sessionId
  }

  #takeClip({ sessionId, body }: UpstreamRequest) {
    const [, name = 'clip.mp4'] = /filename="([^"]*)"/.exec(body.toString('utf8')) ?? []
    this.sessions.get(sessionId)?.clips.push(name)
    return { filename: name, file_type: 'video', cdn_url: `https://cdn.test/${encodeURIComponent(name)}`, duration: 10 }
  }

  #message(request: UpstreamRequest, response: ServerResponse): void {
    if (!this.sessions.has(String(request.json()['session_id']))) {
      return sendJson(response, 404, { detail: 'Session not found' })
    }
    if (this.available < MESSAGE_PRICE) return refuse(response, 2001, 'insufficient credits')
    this.applyMessage(request)
    const text = `Added ${request.messageText()}.\nPreview it in the timeline or click Export.`
    this.sendEvents(response, [
      { author: 'nemo_agent', content: { role: 'model', parts: [{ text }] }, turnComplete: true },
    ])
  }

  #startRender(request: UpstreamRequest, response: ServerResponse): void {
    const id = String(request.json()['id'])
    if (this.renders.has(id)) return sendJson(response, 409, { success: false, error: `render ${id} already exists` })
    this.renders.set(id, request.body.toString())
    sendJson(response, 200, { success: true, data: { id, status: 'pending', progress: 5 } })
  }

  #poll({ renderId }: UpstreamRequest, response: ServerResponse): void {
    if (!this.renders.has(renderId)) return sendJson(response, 404, { success: false, error: 'render not found' })
    const output = { url: `/outputs/${renderId}.mp4`, duration: 10, size: this.output.length }
    sendJson(response, 200, { taskId: renderId, status: 'completed', progress: 100, output })
  }

  #sendOutput({ headers }: UpstreamRequest, response: ServerResponse): void {
    const [, from] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? []
    const [start, size] = [Number(from ?? 0), this.output.length]
    const range = from === undefined ? {} : { 'content-range': `bytes ${start}-${size - 1}/${size}` }
    const status = from === undefined ? 200 : 206
    response.writeHead(status, { 'content-type': 'video/mp4', 'content-length': size - start, ...range })
    response.end(this.output.subarray(start))
  }
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** Answers with JSON text as it is. */
export function sendText(response: ServerResponse, json: string): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(json)
}

const refuse = (response: ServerResponse, code: number, message: string) => sendJson(response, 200, { code, message })
