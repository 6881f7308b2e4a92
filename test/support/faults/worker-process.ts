import { loadConfig } from '../../../src/shared/config.ts'
import { JobStore } from '../../../src/shared/jobs/job-store.ts'
import { createLogger } from '../../../src/shared/observe/logger.ts'
import { createKeys } from '../../../src/shared/redis/keys.ts'
import { SECOND_MS, systemClock } from '../../../src/shared/time/clock.ts'
import { openParts, type Parts } from '../../../src/service/open-parts.ts'
import { PACKAGE_VERSION } from '../../../src/service/package-version.ts'
import { startEditing } from '../../../src/service/start-editing.ts'
import { reclaimLeases } from '../../../src/workers/upkeep/reclaim-leases.ts'
import { startWebhookWorker } from '../../../src/workers/webhooks/webhooks.worker.ts'
import { readOrder, SERVES, type Cell } from './worker-order.ts'

// A worker as `clipyard worker` starts it, but with short leases, so that a test of dead workers need not wait for 35 s.
const { cells, leaseMs } = readOrder(process.argv[2])
const config = loadConfig(process.env, 'worker')
const log = createLogger({ level: config.logLevel, pretty: false })

await using opened = new AsyncDisposableStack()
for (const cell of cells) {
  const parts = await openParts(
    { config: { ...config, nemo: { ...config.nemo, apiUrl: cell.apiUrl } }, clock: systemClock, log },
    opened,
  )
  await serve({ ...parts, keys: createKeys(cell.namespace), leaseMs }, cell)
}
process.stdout.write(`${SERVES}\n`)
const ended = Promise.withResolvers<void>()
process.once('SIGTERM', () => ended.resolve())
await ended.promise

async function serve(parts: Parts, { namespace }: Cell): Promise<void> {
  await startEditing(parts, opened)
  const webhooks = await startWebhookWorker({
    ...parts,
    log: log.child({ part: 'webhooks', namespace }),
    jobs: new JobStore(parts),
    view: { ...parts, publicUrl: parts.address.url },
    secrets: { of: async () => parts.secrets.webhookSecret },
    version: PACKAGE_VERSION,
    retentionDays: config.retentionDays,
    limits: { timeoutMs: 2 * SECOND_MS, leaseMs: 3 * SECOND_MS, heldMs: leaseMs, claimEveryMs: SECOND_MS },
  })
  opened.defer(() => webhooks.close())
  opened.defer(reclaimOften(parts))
}

/** The upkeep of a real worker looks every 5 s. */
function reclaimOften(parts: Parts): () => Promise<void> {
  const stopped = new AbortController()
  const running = (async () => {
    while (!stopped.signal.aborted) {
      await reclaimLeases(parts, 'expired').catch(() => undefined) // Redis is away: the next look finds them
      await systemClock.sleep(250, { signal: stopped.signal }).catch(() => undefined)
    }
  })()
  return async () => {
    stopped.abort()
    await running
  }
}
