import { Readable } from 'node:stream'
import { Redis } from 'ioredis'
import { acceptJob, type NewJob } from '../../src/shared/jobs/accept-job.ts'
import type { JobId } from '../../src/shared/jobs/ids.ts'
import { JobStore } from '../../src/shared/jobs/job-store.ts'
import { jobFile } from '../../src/shared/jobs/report.ts'
import { silentLogger } from '../../src/shared/observe/logger.ts'
import { createKeys } from '../../src/shared/redis/keys.ts'
import { FileStorage } from '../../src/shared/storage/file-storage.ts'
import { systemClock } from '../../src/shared/time/clock.ts'
import { startWorkers, type WorkersDeps } from '../../src/workers/start-workers.ts'
import { aNewJob } from './a-job.ts'
import { FakeUpstream } from './fake-upstream.ts'
import { JobMoves } from './job-moves.ts'
import { tempDir } from './temp-dir.ts'
import { testRedis } from './test-redis.ts'

const QUICK = {
  pollMs: 5,
  renderMaxMs: 60_000,
  recoveryMs: { first: 5, next: 5 },
  streamMaxMs: 60_000,
  creditsProbeMs: 5,
  rateLimitMs: 5,
  retryMs: { first: 5, longest: 20 },
}

/** Workers of their own on real Redis, with an upstream that the test scripts. Close it with `await using`. */
export async function setupWorkers(
  options: {
    settings?: Partial<typeof QUICK>
    started?: boolean
    /** Other parts instead of the usual ones, made from these. */
    over?: (usual: WorkersDeps) => Partial<WorkersDeps>
  } = {},
) {
  const resources = new AsyncDisposableStack()
  const { redis, url, namespace } = resources.use(await testRedis())
  const folder = resources.use(await tempDir())
  const keys = createKeys(namespace)
  const storage = new FileStorage(folder.path)
  const upstream = new FakeUpstream()
  const jobs = new JobStore({ redis, keys, clock: systemClock, leaseMs: 30_000 })
  const listener = new Redis(url, { maxRetriesPerRequest: null })
  resources.defer(() => listener.disconnect())
  const moves = await JobMoves.listen(listener, keys.jobSignal())

  const usual: WorkersDeps = {
    connect: async () => new Redis(url, { maxRetriesPerRequest: null }),
    redis,
    keys,
    storage,
    upstream,
    account: 'test',
    accountUserId: async () => null,
    clips: { fetch: () => Promise.reject(new TypeError('no test clip has a URL')) },
    probe: async () => ({ durationMs: 1_000, width: 640, height: 360 }),
    clock: systemClock,
    log: silentLogger,
    settings: { ...QUICK, ...options.settings },
    concurrency: 8,
    messageConcurrency: 4,
    retentionDays: 30,
    leaseMs: 30_000,
    alone: true,
  }
  const deps = { ...usual, ...options.over?.(usual) }
  const start = async (more: Partial<WorkersDeps> = {}) => {
    const workers = await startWorkers({ ...deps, ...more })
    resources.defer(() => workers.close())
    return workers
  }
  if (options.started !== false) await start()

  return {
    redis,
    keys,
    storage,
    upstream,
    jobs,
    moves,
    start,

    async submit(wanted: Parameters<typeof aNewJob>[0] = {}): Promise<JobId> {
      const job: NewJob = aNewJob(wanted)
      for (const index of job.inputs.keys()) {
        await storage.write(jobFile.input(job.id, index), Readable.from([Buffer.from('clip')]))
      }
      await acceptJob({ redis, keys, now: Date.now() }, job)
      return job.id
    },

    /** The types of all events of a job, in the order of the log. */
    async events(id: JobId): Promise<string[]> {
      return (await this.told(id)).map(({ type }) => type)
    },

    /** All events of a job with what they tell, in the order of the log. */
    async told(id: JobId): Promise<{ type: string; data: Record<string, unknown> }[]> {
      const entries = await redis.xrange(keys.events(), '-', '+')
      const events = entries.map(([, fields]) => Object.fromEntries(pairs(fields)) as Record<string, string>)
      return events
        .filter((event) => event['job'] === id)
        .map(({ type = '', data = '{}' }) => ({ type, data: JSON.parse(data) as Record<string, unknown> }))
    },

    async [Symbol.asyncDispose]() {
      await resources.disposeAsync()
    },
  }
}

function* pairs(fields: string[]): Generator<[string, string]> {
  for (let i = 0; i < fields.length; i += 2) yield [fields[i] ?? '', fields[i + 1] ?? '']
}
