import { Secret } from '../../src/shared/config/secret.ts'
import { SealedBox } from '../../src/shared/crypto/sealed-box.ts'
import { anonymousToken } from '../../src/shared/upstream/anonymous-token.ts'
import { createNemoClient } from '../../src/shared/upstream/nemo-client.ts'
import { redisTokenCache } from '../../src/shared/upstream/redis-token-cache.ts'
import { configuredToken } from '../../src/shared/upstream/tokens.ts'
import type { JobId } from '../../src/shared/jobs/ids.ts'
import type { Clock } from '../../src/shared/time/clock.ts'
import type { WorkersDeps } from '../../src/workers/start-workers.ts'
import { LogSpy } from './log-spy.ts'
import { ScriptedUpstream } from './scripted-upstream.ts'
import { setupWorkers } from './workers.ts'

export const CLIENT_ID = '5f0c2f3e-9a52-4f0e-8c0f-2f4c62f2a001'

export interface NemoWorkersOptions {
  token?: 'configured' | 'anonymous'
  settings?: NonNullable<Parameters<typeof setupWorkers>[0]>['settings']
  streamIdleMs?: number
  clock?: Clock
  started?: boolean
}

/** Workers on real Redis whose upstream is the real client, talking to a scripted one over the wire. */
export async function setupNemoWorkers(options: NemoWorkersOptions = {}) {
  await using made = new AsyncDisposableStack()
  const scripted = made.use(await ScriptedUpstream.start())
  const log = new LogSpy()
  const clientFor = (usual: WorkersDeps) => {
    const clock = options.clock ?? usual.clock
    const tokens = tokensOf(options.token ?? 'configured', { ...usual, clock, log: log.logger }, scripted.url)
    const { streamMaxMs } = usual.settings
    const client = createNemoClient({
      baseUrl: scripted.url,
      skill: { source: 'clipyard', version: '1.2.3', platform: 'unknown' },
      tokens,
      limits: { streamIdleMs: options.streamIdleMs ?? streamMaxMs, streamMaxMs },
      clock,
      log: log.logger,
    })
    made.defer(() => tokens.close())
    made.defer(() => client.close())
    return { upstream: client, clock, log: log.logger }
  }
  const { settings = {}, started = true } = options
  const workers = made.use(await setupWorkers({ settings, started, over: clientFor }))
  const all = made.move()
  return {
    ...workers,
    log,
    upstream: scripted,

    /** How a job ended, what it waited for on the way (each reason once, in order), and what that took. */
    async outcome(id: JobId) {
      const job = await workers.jobs.find(id)
      const waits = (await workers.told(id)).flatMap(({ data }) => {
        const { waiting } = data as { waiting?: { reason: string } }
        return waiting ? [waiting.reason] : []
      })
      const error = job?.error ? `${job.error.code} at ${job.error.stage}` : null
      return { status: job?.status, error, waits: [...new Set(waits)], ...this.counts() }
    },

    /** How often each call was made, for those that cost or leave something behind. */
    counts: () => ({
      messages: scripted.messages.length,
      /** What the messages came to. */
      edits: [...scripted.world.sessions.values()].flatMap(({ titles }) => titles).length,
      sessions: scripted.requestsOf('session').length,
      uploads: scripted.requestsOf('upload').length,
      renders: scripted.requestsOf('render').length,
      renderIds: new Set(scripted.requestsOf('render').map((request) => request.json()['id'])).size,
      tokens: scripted.requestsOf('token').length,
    }),

    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

function tokensOf(kind: 'configured' | 'anonymous', deps: WorkersDeps, baseUrl: string) {
  const { redis, keys, clock, log, account } = deps
  if (kind === 'configured') {
    return { ...configuredToken(new Secret('nmv_usr_configured')), close: async () => undefined }
  }
  const cache = redisTokenCache({ redis, keys, box: new SealedBox(new Secret('k'.repeat(32))), account, clock })
  return anonymousToken({ baseUrl, clientId: CLIENT_ID, cache, clock, log, rateLimitMs: 5 })
}
