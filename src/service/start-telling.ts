import { JobStore } from '../shared/jobs/job-store.ts'
import { startWebhookWorker } from '../workers/webhooks/webhooks.worker.ts'
import type { Parts } from './open-parts.ts'
import { PACKAGE_VERSION } from './package-version.ts'

/** Starts the delivery of webhooks; `opened` stops it. */
export async function startTelling(parts: Parts, opened: AsyncDisposableStack): Promise<void> {
  const worker = await startWebhookWorker({
    ...parts,
    log: parts.log.child({ part: 'webhooks' }),
    jobs: new JobStore(parts),
    view: { ...parts, publicUrl: parts.address.url },
    secrets: { of: async () => parts.secrets.webhookSecret },
    version: PACKAGE_VERSION,
    retentionDays: parts.config.retentionDays,
  })
  opened.defer(() => worker.close())
}
