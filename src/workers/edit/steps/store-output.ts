import { JobError } from '../../../shared/errors/job-errors.ts'
import { jobFile } from '../../../shared/jobs/report.ts'
import { StorageError } from '../../../shared/storage/storage.ts'
import { advance, defineStep, type StepContext } from '../step.ts'
import { GateClosed } from '../../account/gate-closed.ts'
import { downloadWhole } from '../download-whole.ts'

/** Brings the finished video into storage, whole. */
export const storeOutput = defineStep({
  name: 'store-output',
  stage: 'download',
  needs: ['renderUrl'],
  adds: ['output'],

  async run(ctx, { renderUrl }) {
    const { job, storage, probe, signal } = ctx
    const key = jobFile.output(job.id)
    const { bytes, sha256 } = await store(ctx, renderUrl, key)
    const facts = await probe(await storage.localPath(key), signal)
    if (facts === 'unreadable') {
      throw new JobError(
        'download_failed',
        `Expected a video at the render's address; got ${bytes} bytes that are none.`,
      )
    }
    return advance({
      output: {
        name: outputName(job.inputs[0]?.name),
        bytes,
        content_type: 'video/mp4',
        sha256,
        duration_ms: facts?.durationMs ?? null,
        width: facts?.width ?? null,
        height: facts?.height ?? null,
      },
    })
  },
})

async function store({ upstream, storage, signal }: StepContext, url: string, key: string) {
  try {
    return await storage.write(key, downloadWhole(upstream, url, signal), { signal })
  } catch (error) {
    if (signal.aborted || error instanceof StorageError || error instanceof JobError) throw error
    if (error instanceof GateClosed) throw error
    throw new JobError('download_failed', `The finished video could not be fetched: ${message(error)}`, {
      cause: error,
    })
  }
}

const message = (error: unknown) => (error instanceof Error ? error.message : String(error))

const outputName = (input: string | undefined) => `${(input ?? 'video').replace(/\.[^.]*$/, '') || 'video'}-edited.mp4`
