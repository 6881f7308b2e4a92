import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Logger } from '../shared/observe/logger.ts'
import { JobStore } from '../shared/jobs/job-store.ts'
import { SessionStore } from '../shared/jobs/session-store.ts'
import { LEGS_QUEUE, type Leg } from '../shared/queues/legs.ts'
import type { Keys } from '../shared/redis/keys.ts'
import type { Storage } from '../shared/storage/storage.ts'
import { MINUTE_MS, type Clock } from '../shared/time/clock.ts'
import type { Upstream } from '../shared/upstream/upstream.ts'
import { Account } from './account/account.ts'
import { AccountVisit } from './account/account-visit.ts'
import { tendAccount } from './account/tend-account.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import type { OnlyJob } from './dispatch/lease-one.ts'
import { startEditWorker } from './edit/edit.worker.ts'
import type { ClipFetcher } from './edit/fetch-clip.ts'
import { LearningPollPlan } from './edit/poll-plan/learning-poll-plan.ts'
import { RedisRenderMemory } from './edit/poll-plan/redis-render-memory.ts'
import type { EditSettings, StepContext } from './edit/step.ts'
import { StopRequests } from './edit/stop-requests.ts'
import { reclaimLeases } from './upkeep/reclaim-leases.ts'
import { startUpkeep } from './upkeep/upkeep.ts'

export interface WorkersDeps {
  /** Makes a connection that may wait for Redis to come back. */
  connect: () => Promise<Redis>
  redis: Redis
  keys: Keys
  storage: Storage
  upstream: Upstream
  /** Names the upstream account, for its limits. */
  account: string
  /** The account's user id at the upstream, where it is anonymous and told one. */
  accountUserId: () => Promise<string | null>
  clips: ClipFetcher
  probe: StepContext['probe']
  clock: Clock
  log: Logger
  settings: Omit<EditSettings, 'stillWorkingMs'> & {
    /** The budget of polls: in all no more than one each so often. */
    pollMs: number
  }
  concurrency: number
  messageConcurrency: number
  retentionDays: number
  leaseMs: number
  /** No other worker serves this cell: what an earlier process held may be taken back at once. */
  alone: boolean
  /** Carries this job and no other. */
  only?: OnlyJob | undefined
}

/** Starts dispatcher, edit worker and upkeep; closing drains: running jobs are handed back at their last checkpoint. */
export async function startWorkers(deps: WorkersDeps): Promise<{ close(): Promise<void> }> {
  const { redis, keys, clock, log, concurrency } = deps
  if (deps.alone) await reclaimLeases({ redis, keys }, 'all')

  await using started = new AsyncDisposableStack()
  const connection = await deps.connect()
  started.defer(() => connection.disconnect())
  const listener = await deps.connect()
  started.defer(() => listener.disconnect())
  const stops = new StopRequests({ listener, keys })
  await stops.start()
  const legs = new Queue<Leg>(LEGS_QUEUE, { connection, prefix: keys.bullmq() })
  started.defer(() => legs.close())
  const upkeep = startUpkeep(deps)
  started.defer(() => upkeep.close())
  const account = new Account({ ...deps, name: deps.account, userId: deps.accountUserId })
  const tending = tendAccount({ account, clock, log })
  started.defer(() => tending.close())

  const worker = startEditWorker({
    ...legDeps(deps),
    visitAccount: (jobId) => new AccountVisit(account, jobId),
    stops,
    connection,
    prefix: keys.bullmq(),
    concurrency,
    onDone: () => dispatcher.wake(),
  })
  started.defer(() => worker.close())
  const dispatcher: Dispatcher = new Dispatcher({
    redis,
    listener,
    keys,
    legs,
    concurrency,
    clock,
    log,
    active: () => worker.active(),
    leaseMs: deps.leaseMs,
    only: deps.only,
  })
  await dispatcher.start()
  started.defer(() => dispatcher.close())

  const all = started.move()
  return { close: () => all.disposeAsync() }
}

function legDeps(deps: WorkersDeps) {
  const { redis, keys, clock, storage, upstream, clips, log, account, settings, retentionDays, leaseMs } = deps
  const { pollMs, renderMaxMs } = settings
  const memory = new RedisRenderMemory({ redis, keys, account, clock })
  return {
    jobs: new JobStore({ redis, keys, clock, leaseMs }),
    ports: {
      storage,
      upstream,
      clips,
      sessions: new SessionStore({ redis, keys }),
      probe: deps.probe,
      pollPlan: new LearningPollPlan({ memory, pollMs, renderMaxMs, log }),
    },
    settings: { ...settings, stillWorkingMs: MINUTE_MS },
    leaseMs,
    clock,
    log,
    retentionDays,
  }
}
