import { randomUUID } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { startEngine } from '../../src/engine/start-engine.ts'
import type { EngineConfig } from '../../src/shared/config.ts'
import { silentLogger } from '../../src/shared/observe/logger.ts'
import { systemClock, type Clock } from '../../src/shared/time/clock.ts'

/** Renders tell of their end when asked. */
const POLL_MS = 15

type Json = Record<string, unknown>
type CallInit = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

export const ATTRIBUTION = { 'x-skill-source': 'test', 'x-skill-version': '1', 'x-skill-platform': 'unknown' }

/** An engine on a folder of its own, and a plain client of its protocol. Close it with `await using`. */
export async function setupEngine(options: Partial<EngineConfig> & { clock?: Clock } = {}) {
  const { clock, ...settings } = options
  const folder = await mkdtemp(join(tmpdir(), 'engine-'))
  const config: EngineConfig = {
    url: undefined,
    host: '127.0.0.1',
    port: 0,
    dataDir: join(folder, 'engine'),
    renders: 1,
    credits: 1_000,
    creditsRefillMs: 0,
    maxUploadBytes: 50_000_000,
    ...settings,
  }
  const start = () => startEngine({ config, log: silentLogger, ...(clock ? { clock } : {}) })
  let engine = await start()
  const client = engineClient(() => engine.url)
  await client.login()
  return {
    folder,
    config,
    ...client,
    url: () => engine.url,
    file: (name: string) => join(folder, name),
    /** Ends the engine and starts another on the same folder. */
    async restart() {
      await engine.close()
      engine = await start()
    },
    close: () => engine.close(),
    async [Symbol.asyncDispose]() {
      await engine.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function engineClient(baseUrl: () => string) {
  const clientId = randomUUID()
  let token = ''
  const headers = () => ({ authorization: `Bearer ${token}`, ...ATTRIBUTION })
  const call = async (path: string, init: CallInit = {}) => {
    const response = await fetch(`${baseUrl()}${path}`, { ...init, headers: { ...headers(), ...init.headers } })
    return { status: response.status, body: (await response.json()) as Json }
  }
  const post = (path: string, body: unknown) =>
    call(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  const data = ({ body }: { body: Json }) => body['data'] as Json

  const client = {
    clientId,
    call,
    post,
    headers,
    async login() {
      const init = { method: 'POST', headers: { 'x-client-id': clientId } }
      token = String(data(await call('/api/auth/anonymous-token', init))['token'])
    },
    async session() {
      const made = await post('/api/tasks/me/with-session/nemo_agent', { task_name: 'project', language: 'en' })
      return String(data(made)['session_id'])
    },
    async upload(sessionId: string, path: string, name = basename(path)) {
      const form = new FormData()
      form.append('files', await openAsBlob(path), name)
      return call(`/api/upload-video/nemo_agent/me/${sessionId}`, { method: 'POST', body: form })
    },
    async balance() {
      return data(await call('/api/credits/balance/simple')) as { available: number; frozen: number; total: number }
    },
    async draft(sessionId: string) {
      return (data(await call(`/api/state/nemo_agent/me/${sessionId}/latest`))['state'] as { draft?: Draft }).draft
    },
    message: (sessionId: string, text: string, signal?: AbortSignal) =>
      fetch(`${baseUrl()}/run_sse`, {
        method: 'POST',
        headers: { ...headers(), 'content-type': 'application/json', accept: 'text/event-stream' },
        body: messageBody(sessionId, text),
        ...(signal ? { signal } : {}),
      }),
    /** Sends a message and reads its events to the end. */
    async say(sessionId: string, text: string) {
      const response = await client.message(sessionId, text)
      return readEvents(await response.text())
    },
    async render(sessionId: string, options: { id?: string; quality?: string; draft?: unknown } = {}) {
      const { id = `render_${randomUUID()}`, quality = 'high', draft = await client.draft(sessionId) } = options
      const output = { format: 'mp4', quality }
      return { id, ...(await post('/api/render/proxy/lambda', { id, sessionId, draft, output })) }
    },
    poll: (id: string) => call(`/api/render/proxy/lambda/${id}`),
    /** Polls until a render has reached one of these states. */
    async reached(id: string, ...states: string[]): Promise<Json> {
      for (;;) {
        const { body } = await client.poll(id)
        if (states.includes(String(body['status']))) return body
        await systemClock.sleep(POLL_MS)
      }
    },
    /** Renders a session's draft and stores the file under `path`. */
    async renderTo(sessionId: string, path: string, options: { quality?: string; draft?: unknown } = {}) {
      const { id } = await client.render(sessionId, options)
      const done = await client.reached(id, 'completed', 'failed')
      if (done['status'] !== 'completed') throw new Error(`render failed: ${String(done['error'])}`)
      const response = await fetch((done['output'] as { url: string }).url)
      await writeFile(path, Buffer.from(await response.arrayBuffer()))
      return path
    },
  }
  return client
}

export interface Draft {
  t: { tt: number; sg: { s: number; d: number; m: Json }[] }[]
  d: number
  m: Json
}

const messageBody = (sessionId: string, text: string) =>
  JSON.stringify({
    app_name: 'nemo_agent',
    user_id: 'me',
    session_id: sessionId,
    new_message: { parts: [{ text }] },
  })

export interface StreamEvent {
  content?: { role: string; parts: { text?: string; functionCall?: Json; functionResponse?: Json }[] }
  partial?: boolean
  turnComplete?: boolean
  actions: { stateDelta: Json }
}

export const readEvents = (body: string) =>
  body
    .split('\n\n')
    .filter((block) => block.startsWith('data: '))
    .map((block) => JSON.parse(block.slice('data: '.length)) as StreamEvent)

/** Whole texts of a reply. */
export const textsOf = (events: StreamEvent[]) =>
  events
    .filter(({ partial }) => !partial)
    .flatMap(({ content }) => content?.parts.flatMap(({ text }) => (text === undefined ? [] : [text])) ?? [])
