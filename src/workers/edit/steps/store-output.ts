import { JobError } from '../../../shared/errors/job-errors.ts'
import { jobFile } from '../../../shared/jobs/report.ts'
import { StorageError } from '../../../shared/storage/storage.ts'
import { UpstreamError } from '../../../shared/upstream/upstream-error.ts'
import { GateClosed } from '../../account/gate-closed.ts'
import { downloadWhole } from '../download-whole.ts'
import { advance, defineStep, rewind, type StepContext } from '../step.ts'

/** How a host answers for a link that has expired. */
const EXPIRED: readonly (number | null)[] = [400, 401, 403, 404, 410]
const MOST_FRESH_LINKS = 2
/** A host that is away is waited for so often, with back-off; then the job counts a failure. */
const MOST_WAITS = 30

/** Brings the finished video into storage, whole. */
export const storeOutput = defineStep({
  name: 'store-output',
  stage: 'download',
  needs: ['renderUrl'],
  uses: ['setbacks'],
  adds: ['output'],

  async run(ctx, { renderUrl, setbacks = 0 }) {
    const { job, storage, probe, signal } = ctx
    const key = jobFile.output(job.id)
    const stored = await store(ctx, renderUrl, key).catch((error: unknown) => faultOf(error, { signal, setbacks }))
    // The render is asked again, which gives a fresh link.
    if (stored instanceof LinkExpired) return rewind(['renderUrl'], { atMost: MOST_FRESH_LINKS, otherwise: stored })
    const { bytes, sha256 } = stored
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

const store = ({ upstream, storage, signal }: StepContext, url: string, key: string) =>
  storage.write(key, downloadWhole(upstream, url, signal), { signal })

/** The link, not the video, is gone. */
class LinkExpired extends JobError {}

/** @throws what waits or fails as it is. */
function faultOf(error: unknown, { signal, setbacks }: { signal: AbortSignal; setbacks: number }): LinkExpired {
  if (signal.aborted || error instanceof StorageError || error instanceof JobError) throw error
  const detail = `The finished video could not be fetched: ${message(error)}`
  if (!(error instanceof UpstreamError)) throw new JobError('download_failed', detail, { cause: error })
  const { kind, words } = error
  const waits = kind === 'rate_limited' || (kind === 'unavailable' && setbacks < MOST_WAITS)
  if (error instanceof GateClosed || waits) throw error
  const more = { upstream: words, cause: error }
  if (EXPIRED.includes(words.status)) return new LinkExpired('download_failed', detail, more)
  throw new JobError('download_failed', detail, more)
}

const message = (error: unknown) => (error instanceof Error ? error.message : String(error))

const outputName = (input: string | undefined) => `${(input ?? 'video').replace(/\.[^.]*$/, '') || 'video'}-edited.mp4`
