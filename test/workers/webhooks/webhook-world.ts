import { EventEmitter, once } from 'node:events'
import type { RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { Redis } from 'ioredis'
import { Secret } from '../../../src/shared/config/secret.ts'
import { LinkSigner } from '../../../src/shared/crypto/link-signer.ts'
import { acceptJob } from '../../../src/shared/jobs/accept-job.ts'
import type { JobEventType } from '../../../src/shared/jobs/events.ts'
import { DeliveryId, type JobId } from '../../../src/shared/jobs/ids.ts'
import { holderOf, JobStore } from '../../../src/shared/jobs/job-store.ts'
import { AddressGuard } from '../../../src/shared/net/address-guard.ts'
import { createKeys } from '../../../src/shared/redis/keys.ts'
import { FileStorage } from '../../../src/shared/storage/file-storage.ts'
import { DAY_MS, systemClock } from '../../../src/shared/time/clock.ts'
import type { Delivery } from '../../../src/shared/webhooks/delivery.ts'
import { DeliveryStore } from '../../../src/shared/webhooks/delivery-store.ts'
import { startWebhookWorker, type WebhookWorkerDeps } from '../../../src/workers/webhooks/webhooks.worker.ts'
import { receiver } from '../../shared/net/receiver.ts'
import { aNewJob } from '../../support/a-job.ts'
import { LogSpy } from '../../support/log-spy.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { testRedis } from '../../support/test-redis.ts'

export const SECRET = `whsec_${Buffer.from('a secret of twenty-four!').toString('base64')}`
const PATIENCE_MS = 15_000

/** A webhook as it arrived. */
export interface Arrival {
  path: string
  headers: Record<string, string>
  body: string
}

/** Webhook workers on real Redis and receivers on the loopback address. Close it with `await using`. */
export async function setupWebhooks(options: { allow?: string[]; limits?: WebhookWorkerDeps['limits'] } = {}) {
  const resources = new AsyncDisposableStack()
  const { redis, url, namespace } = resources.use(await testRedis())
  const folder = resources.use(await tempDir())
  const keys = createKeys(namespace)
  const jobs = new JobStore({ redis, keys, clock: systemClock, leaseMs: 30_000 })
  const deliveries = new DeliveryStore({ redis, keys, leaseMs: 30_000, parkMs: 50, retentionMs: DAY_MS })
  const guard = new AddressGuard(options.allow ?? ['127.0.0.0/8'])
  resources.defer(() => guard.close())
  const log = new LogSpy()
  const deps: WebhookWorkerDeps = {
    redis,
    connect: async () => new Redis(url, { maxRetriesPerRequest: null }),
    keys,
    jobs,
    view: {
      storage: new FileStorage(folder.path),
      links: new LinkSigner(new Secret('k'.repeat(32))),
      clock: systemClock,
      publicUrl: () => 'https://clipyard.example',
    },
    secrets: { of: async () => new Secret(SECRET) },
    guard,
    clock: systemClock,
    log: log.logger,
    version: '1.2.3',
    retentionDays: 1,
    random: () => 0.5,
    limits: { graceMs: 0, ...options.limits },
  }

  return {
    redis,
    keys,
    jobs,
    deliveries,
    log,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),

    async start(changed: Partial<WebhookWorkerDeps> = {}) {
      const worker = await startWebhookWorker({ ...deps, ...changed })
      resources.defer(() => worker.close())
      return worker
    },

    /** Accepts a job that asks for these events at this URL. */
    async submit(webhookUrl: string, events: JobEventType[] = ['job.queued']): Promise<JobId> {
      const job = aNewJob({ request: { webhook: { url: webhookUrl, events }, external_id: 'row-17' } })
      await acceptJob({ redis, keys, now: Date.now() }, job)
      return job.id
    },

    /** Runs a job to its end. */
    async succeed(id: JobId): Promise<void> {
      const job = (await jobs.find(id))!
      const holder = holderOf(job, job.epoch)
      await jobs.begin(holder, job)
      const output = { name: 'a.mp4', bytes: 1, content_type: 'video/mp4', sha256: 'a'.repeat(64) }
      await jobs.finish(holder, 'succeeded', {
        error: null,
        expires_at: '2026-02-01T00:00:00.000Z',
        checkpoint: { output: { ...output, duration_ms: null, width: null, height: null } },
      })
    },

    /** A job's deliveries, oldest first. */
    async deliveriesOf(id: JobId): Promise<Delivery[]> {
      const ids = await redis.zrange(keys.jobDeliveries(id), '0', '-1')
      const found = await Promise.all(ids.map((one) => deliveries.find(DeliveryId.parse(one))))
      return found.filter((one) => one !== null)
    },

    /** Lets the time of a delivery's next try come, or the end of its lease. */
    async makeDue({ id, lane }: Delivery): Promise<void> {
      await redis.multi().zadd(keys.deliveryLane(lane), '0', id).zadd(keys.deliveryLanes(), '0', lane).exec()
    },
  }
}

/** A receiver of webhooks that a test can wait for. */
export async function webhookReceiver(answer: RequestListener = (_request, response) => response.end()) {
  const arrivals: Arrival[] = []
  const changes = new EventEmitter()
  const server = await receiver((request, response) => {
    void text(request).then((body) => {
      arrivals.push({ path: request.url ?? '', headers: request.headers as Record<string, string>, body })
      changes.emit('arrival')
      return answer(request, response)
    })
  })
  return {
    url: server.url,
    arrivals,
    /** Resolves once so many have come. */
    async reached(count: number): Promise<Arrival[]> {
      const signal = AbortSignal.timeout(PATIENCE_MS)
      while (arrivals.length < count) await once(changes, 'arrival', { signal })
      return arrivals
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
