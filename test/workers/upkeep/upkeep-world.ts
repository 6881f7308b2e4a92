import { Readable } from 'node:stream'
import { acceptJob } from '../../../src/shared/jobs/accept-job.ts'
import { FIRST_TENANT, newEventId, type JobId } from '../../../src/shared/jobs/ids.ts'
import type { JobRecord } from '../../../src/shared/jobs/job.ts'
import { holderOf, JobStore } from '../../../src/shared/jobs/job-store.ts'
import { jobFile } from '../../../src/shared/jobs/report.ts'
import type { FinalStatus } from '../../../src/shared/jobs/states.ts'
import { createKeys } from '../../../src/shared/redis/keys.ts'
import { FileStorage } from '../../../src/shared/storage/file-storage.ts'
import { DAY_MS } from '../../../src/shared/time/clock.ts'
import { DeliveryStore } from '../../../src/shared/webhooks/delivery-store.ts'
import { aNewJob } from '../../support/a-job.ts'
import { LogSpy } from '../../support/log-spy.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { testRedis } from '../../support/test-redis.ts'

type Wanted = Parameters<typeof aNewJob>[0]

/** Real Redis, real files and a clock of the test's: jobs are accepted and ended by hand, no worker runs. */
export async function upkeepWorld() {
  const resources = new AsyncDisposableStack()
  const redisPart = resources.use(await testRedis())
  const folder = resources.use(await tempDir())
  const { redis, namespace } = redisPart
  const keys = createKeys(namespace)
  const clock = new ManualClock(Date.now())
  const storage = new FileStorage(folder.path)
  const jobs = new JobStore({ redis, keys, clock, leaseMs: 30_000 })
  const deliveries = new DeliveryStore({ redis, keys, leaseMs: 30_000, parkMs: 500, retentionMs: 30 * DAY_MS })
  const spy = new LogSpy()
  await redis.hset(keys.tenant(FIRST_TENANT), 'created_at', new Date(clock.now() - DAY_MS).toISOString())

  const world = {
    redis,
    keys,
    namespace,
    clock,
    storage,
    jobs,
    deliveries,
    spy,
    log: spy.logger,
    folder: folder.path,
    retentionDays: 30,
    leaseMs: 30_000,
    /** All keys but those that outlive any job. No dispatcher runs here, who would strike out tenants without jobs. */
    async ownedKeys() {
      const cell = [keys.accepted(), keys.events(), keys.readyTenants()]
      const global = [...cell, keys.eventSequence(FIRST_TENANT), keys.tenant(FIRST_TENANT)]
      return (await redisPart.keys()).filter((key) => !global.includes(key))
    },

    async accept(wanted: Wanted = {}): Promise<JobRecord> {
      const job = aNewJob(wanted)
      await storage.write(jobFile.input(job.id, 0), Readable.from([Buffer.from('clip')]))
      await acceptJob({ redis, keys, now: clock.now() }, job)
      return (await jobs.find(job.id))!
    },

    /** A job that has ended, with a video, and expires `keptMs` from now. */
    async ended(wanted: Wanted = {}, { status = 'succeeded' as FinalStatus, keptMs = 30 * DAY_MS } = {}) {
      const job = await world.accept(wanted)
      const holder = holderOf(job, 0)
      await jobs.begin(holder, job)
      const stored = await storage.write(jobFile.output(job.id), Readable.from([Buffer.from('a video')]))
      const facts = { name: 'clip.mp4', content_type: 'video/mp4', duration_ms: 1, width: 1, height: 1 }
      const expires_at = new Date(clock.now() + keptMs).toISOString()
      await jobs.finish(holder, status, { checkpoint: { output: { ...stored, ...facts } }, error: null, expires_at })
      return (await jobs.find(job.id))!
    },

    async delivery(job: JobId, url = 'https://receiver.example/hook') {
      const event = { id: newEventId(), type: 'job.succeeded' as const, at: '2026-01-01T00:00:00.000Z', sequence: 1 }
      const whole = { ...event, tenant: FIRST_TENANT, job, data: {} }
      await deliveries.add(whole, { endpointId: null, url }, event.at)
    },

    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
  return world
}
