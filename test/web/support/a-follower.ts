import { once, EventEmitter } from 'node:events'
import type { JobView } from '../../../src/shared/jobs/job-view.ts'
import { Refused } from '../../../web/api-errors.js'
import { followJobs } from '../../../web/follow-jobs.js'

/** A page that follows these jobs of a server, whose time passes only when `next` is called. */
export function aFollower(jobs: JobView[]) {
  const server = new Map<string, JobView>(jobs.map((job) => [job.id, job]))
  const shown = new Map<string, JobView>()
  const calls: string[] = []
  const rounds = new EventEmitter()
  let failure: Error | null = null
  let trouble: Error | null = null
  let refused = false
  let planned: { act: () => void; ms: number } | null = null

  const answer = async <T>(call: string, give: () => T): Promise<T> => {
    calls.push(call)
    if (failure) throw failure
    return give()
  }
  const api = {
    listJobs: () => answer('list', () => ({ data: [...server.values()], has_more: false, next_cursor: null })),
    getJob: (id: string) =>
      answer(id, () => {
        const job = server.get(id)
        if (!job) throw new Refused(404, { code: 'not_found' })
        return { job, etag: null }
      }),
  }
  const follower = followJobs({
    api,
    pageSize: 20,
    hidden: () => false,
    now: () => calls.length,
    later(act, ms) {
      planned = { act, ms }
      return () => (planned = null)
    },
    watcher: {
      jobs: () => [...shown.values()],
      onPage: ({ data }) => data.forEach((job) => shown.set(job.id, job)),
      onJob: (job) => shown.set(job.id, job),
      onGone: (id) => shown.delete(id),
      onTrouble: (error) => (trouble = error),
      onKeyRefused: () => (refused = true),
      onRest: () => rounds.emit('rest'),
    },
  })
  const settled = async (act: () => void) => {
    const rest = once(rounds, 'rest')
    act()
    await rest
  }

  return {
    follower,
    server,
    shown,
    calls,
    fail: (error: Error | null) => (failure = error),
    trouble: () => trouble,
    keyRefused: () => refused,
    waiting: () => planned?.ms ?? null,
    wake: () => settled(() => follower.wake()),
    next: () => settled(() => planned?.act()),
  }
}
