import { Readable } from 'node:stream'
import { acceptJob } from '../../../src/shared/jobs/accept-job.ts'
import { sha256Hex } from '../../../src/shared/crypto/hashing.ts'
import type { JobId } from '../../../src/shared/jobs/ids.ts'
import type { JobRecord } from '../../../src/shared/jobs/job.ts'
import { holderOf } from '../../../src/shared/jobs/job-store.ts'
import { jobFile } from '../../../src/shared/jobs/report.ts'
import type { FinalStatus } from '../../../src/shared/jobs/states.ts'
import { aNewJob } from '../../support/a-job.ts'
import type { TestApi } from './test-api.ts'

/** Accepts a job as the API would. */
export async function accepted(t: TestApi, wanted: Parameters<typeof aNewJob>[0] = {}): Promise<JobRecord> {
  const job = aNewJob(wanted)
  await acceptJob({ redis: t.deps.redis, keys: t.keys, now: t.clock.now() }, job)
  return found(t, job.id)
}

export async function found(t: TestApi, id: JobId): Promise<JobRecord> {
  const job = await t.deps.jobs.find(id)
  if (!job) throw new Error(`${id} is not there`)
  return job
}

/** Ends a job as a worker would. */
export async function ended(t: TestApi, id: JobId, status: FinalStatus, checkpoint: JobRecord['checkpoint'] = {}) {
  const job = await found(t, id)
  const holder = holderOf(job, job.epoch)
  await t.deps.jobs.begin(holder, job)
  const expires_at = new Date(t.clock.now() + 30 * 86_400_000).toISOString()
  const moved = await t.deps.jobs.finish(holder, status, { checkpoint, error: null, expires_at })
  if (moved.kind !== 'moved') throw new Error(`${id} did not end: ${moved.why}`)
  return found(t, id)
}

/** A job that succeeded, with these bytes as its video. */
export async function succeeded(
  t: TestApi,
  video: Buffer,
  wanted: Parameters<typeof aNewJob>[0] & { name?: string } = {},
) {
  const { name = 'my clip – edited.mp4', ...job } = wanted
  const { id } = await accepted(t, job)
  await t.deps.storage.write(jobFile.output(id), Readable.from([video]))
  const output = { name, bytes: video.length, content_type: 'video/mp4', sha256: sha256Hex(video) }
  return ended(t, id, 'succeeded', { output: { ...output, duration_ms: 1_000, width: 320, height: 180 } })
}
