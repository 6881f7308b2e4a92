import type { Config } from '../shared/config.ts'
import { startEngine } from '../engine/start-engine.ts'
import { guardedClipFetcher } from '../workers/edit/fetch-clip.ts'
import { probeVideo } from '../workers/edit/probe-video.ts'
import type { OnlyJob } from '../workers/dispatch/lease-one.ts'
import { startWorkers } from '../workers/start-workers.ts'
import { openUpstream } from './open-upstream.ts'
import type { Parts } from './open-parts.ts'

/** The local engine is on this machine and counts no polls: a render there is looked at often. */
const LOCAL_POLL_MS = 500

/**
 * Starts the workers, and the local engine where no other upstream is set; `opened` stops them in reverse. `only`: for
 * one job and no other.
 */
export async function startEditing(
  parts: Parts,
  opened: AsyncDisposableStack,
  { only }: { only?: OnlyJob } = {},
): Promise<void> {
  const { config, clock, log, guard, storage } = parts
  const baseUrl = await upstreamUrl(parts, opened)
  const { upstream, account, accountUserId, ...client } = await openUpstream({
    ...parts,
    baseUrl,
    foreign: guard.dispatcher,
  })
  opened.defer(() => client.close())
  const workers = await startWorkers({
    ...parts,
    upstream,
    account,
    accountUserId,
    clips: guardedClipFetcher({ guard, storage, maxBytes: config.http.maxUploadBytes }),
    probe: probeVideo,
    clock,
    log: log.child({ part: 'workers' }),
    settings: { ...config.nemo, pollMs: config.upstream === 'local' ? LOCAL_POLL_MS : config.nemo.pollMs },
    concurrency: config.workerConcurrency,
    messageConcurrency: config.nemo.concurrency,
    retentionDays: config.retentionDays,
    alone: isAlone(config),
    only,
  })
  opened.defer(() => workers.close())
}

async function upstreamUrl({ config, clock, log }: Parts, opened: AsyncDisposableStack): Promise<string> {
  if (config.upstream === 'nemo') return config.nemo.apiUrl
  if (config.engine.url) return config.engine.url
  const engine = await startEngine({ config: config.engine, log: log.child({ part: 'engine' }), clock })
  opened.defer(() => engine.close())
  return engine.url
}

/** With an own Redis nobody else can hold a lease: what an earlier process held may be taken back at once. */
const isAlone = (config: Config) => config.role === 'all' && config.redisUrl === undefined
