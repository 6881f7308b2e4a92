import { Agent, type Dispatcher } from 'undici'
import type { Logger } from '../observe/logger.ts'
import { MINUTE_MS, type Clock } from '../time/clock.ts'
import type { ApiContext, Skill } from './api-calls.ts'
import { downloadOutput } from './download-output.ts'
import { cancelRender, getRender, startRender } from './render-calls.ts'
import { sendMessage } from './send-message.ts'
import { createSession, makeClaimUrl, readCredits, readState } from './session-calls.ts'
import type { TokenSource } from './tokens.ts'
import { uploadClip } from './upload-clip.ts'
import type { Upstream } from './upstream.ts'

const CONNECT_TIMEOUT_MS = 10_000

/** What a client of the hosted editing API is made from. */
export interface NemoClientDeps {
  baseUrl: string
  /** Where people open what a claim link names. */
  webUrl?: string
  skill: Skill
  tokens: TokenSource
  limits: { streamIdleMs: number; streamMaxMs: number; callTimeoutMs?: number }
  /** Connects to hosts that are not the upstream's own, for downloads; the place for an address guard. */
  foreign?: Dispatcher
  clock: Clock
  log: Logger
}

/** A client of the hosted editing API, or of the local engine, which serves the same protocol. `close` ends its connections. */
export function createNemoClient(deps: NemoClientDeps): Upstream & { close(): Promise<void> } {
  // HTTP/1.1 alone: its last chunk is the proof of a stream's clean end.
  const options = { connect: { timeout: CONNECT_TIMEOUT_MS }, allowH2: false }
  const calls = new Agent(options)
  const streams = new Agent({ ...options, pipelining: 0 })
  const api: ApiContext = {
    ...deps,
    webUrl: deps.webUrl ?? 'https://nemovideo.com',
    limits: { callTimeoutMs: MINUTE_MS, ...deps.limits },
    calls,
    streams,
    foreign: deps.foreign ?? calls,
  }
  return {
    createSession: createSession(api),
    upload: uploadClip(api),
    credits: readCredits(api),
    sendMessage: sendMessage(api),
    state: readState(api),
    startRender: startRender(api),
    getRender: getRender(api),
    cancelRender: cancelRender(api),
    download: downloadOutput(api),
    claimUrl: makeClaimUrl(api),
    close: async () => {
      await Promise.all([calls.destroy(), streams.destroy()])
    },
  }
}
