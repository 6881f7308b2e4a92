import { Queue } from 'bullmq'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { JobRecord } from '../../shared/jobs/job.ts'
import { isFinal } from '../../shared/jobs/states.ts'
import { LEGS_QUEUE } from '../../shared/queues/legs.ts'
import { openParts } from '../../service/open-parts.ts'
import { startEditing } from '../../service/start-editing.ts'
import { reachStore, type Store } from '../reach-store.ts'
import { watchJob } from './watch-job.ts'
import { nowhere, type JobCommandDeps } from './show-job.ts'
import { readStory } from './read-story.ts'
import { headline } from './tell-story.ts'

const INTERRUPTED = 130

/**
 * Goes on with a job in the terminal, and shows each of its events until it ends: a service that runs carries it, else
 * this process does, and no other job. @returns the exit code: 0 when it has succeeded.
 */
export async function runJob(deps: JobCommandDeps, id: JobId): Promise<number> {
  const found = await whoCarries(deps, id)
  if (found === null) {
    deps.write(nowhere(id))
    return 1
  }
  const { job, behind, carrier } = found
  if (isFinal(job.status)) {
    deps.write(
      `${headline({ job }, { ...deps, now: deps.clock.now() })}\nIt has ended; there is nothing to go on with.`,
    )
    return job.status === 'succeeded' ? 0 : 1
  }
  if (carrier === 'here' && behind !== null) {
    deps.write(`${behind} goes first, as an earlier job of the same session: npm run job -- ${behind} --run`)
    return 1
  }
  const ended = carrier === 'here' ? await carryHere(deps, job) : await watchThere(deps, id)
  if (ended === null) return INTERRUPTED
  return ended.status === 'succeeded' ? 0 : 1
}

async function whoCarries(deps: JobCommandDeps, id: JobId) {
  await using opened = new AsyncDisposableStack()
  const store = await reachStore(deps, opened)
  const story = await readStory(store, id)
  if (!story) return null
  const { job, behind } = story
  const carrier = (await isServed(store)) ? ('service' as const) : ('here' as const)
  return { job, behind, carrier }
}

/** Whether workers take up jobs there. */
async function isServed({ service, redis, keys }: Store): Promise<boolean> {
  if (service !== 'unknown') return service === 'running'
  const legs = new Queue(LEGS_QUEUE, { connection: redis, prefix: keys.bullmq() })
  try {
    return (await legs.getWorkersCount()) > 0
  } finally {
    await legs.close()
  }
}

async function watchThere(deps: JobCommandDeps, id: JobId): Promise<JobRecord | null> {
  await using opened = new AsyncDisposableStack()
  const store = await reachStore(deps, opened)
  deps.write('A service runs here and carries it; Ctrl-C only stops watching.\n')
  return await watchJob(deps, store, id)
}

async function carryHere(deps: JobCommandDeps, job: JobRecord): Promise<JobRecord | null> {
  deps.write('No service runs here: this process carries it, and no other job. Ctrl-C hands it back.\n')
  await using opened = new AsyncDisposableStack()
  const parts = await openParts(deps, opened)
  await startEditing(parts, opened, { only: job })
  const ended = await watchJob(deps, parts, job.id)
  if (ended?.request.webhook) deps.write('\nIts webhooks are sent when the service runs again.')
  if (ended === null) deps.write('\nHanding it back; it goes on from here when someone takes it up.')
  return ended
}
