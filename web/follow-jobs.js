import { needsKey, passesBy, Refused } from './api-errors.js'
import { looksOfRound, pauseMs } from './follow-plan.js'
import { isFinal } from './words.js'

/** @import { JobView } from '../src/shared/jobs/job-view.ts' */
/** @import { Api, JobPage } from './api.js' */

/** Every so many rounds the newest page is read: it tells of jobs that came another way, and of many at once. */
const ROUNDS_PER_PAGE = 8

/**
 * @typedef {object} Watcher
 * @property {() => JobView[]} jobs those on the page
 * @property {(page: JobPage) => void} onPage
 * @property {(job: JobView) => void} onJob
 * @property {(id: string) => void} onGone
 * @property {(trouble: Error | null) => void} onTrouble null once it has passed
 * @property {(error: Error) => void} onKeyRefused
 * @property {() => void} [onRest] a round is over and none follows at once
 */

/**
 * Looks after the jobs on the page for as long as one of them has not ended, and goes on trying while the server is
 * away. `wake` looks at once: after a new job, and when the reader comes back.
 * @param {{
 *   api: Pick<Api, 'getJob' | 'listJobs'>,
 *   pageSize: number,
 *   hidden: () => boolean,
 *   watcher: Watcher,
 *   now?: () => number,
 *   later?: (act: () => void, ms: number) => () => void,
 * }} parts later: gives back how to call it off
 */
export function followJobs({ api, pageSize, hidden, watcher, now = Date.now, later = afterMs }) {
  /** @type {Map<string, string>} */
  const etags = new Map()
  /** @type {Map<string, number>} */
  const lookedAt = new Map()
  /** @type {() => void} */
  let callOff = () => undefined
  /** @type {'idle' | 'looking' | 'again' | 'stopped'} */
  let mode = 'idle'
  let setbacks = 0
  let untilPage = 0

  /** @param {JobView} job */
  async function look({ id }) {
    lookedAt.set(id, now())
    try {
      const found = await api.getJob(id, etags.get(id))
      if (!found) return
      if (found.etag) etags.set(id, found.etag)
      if (mode !== 'stopped') watcher.onJob(found.job)
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) throw error
      watcher.onGone(id)
    }
  }

  async function readPage() {
    const page = await api.listJobs({ limit: pageSize })
    untilPage = ROUNDS_PER_PAGE
    if (mode !== 'stopped') watcher.onPage(page)
  }

  async function round() {
    if (untilPage-- <= 0) await readPage()
    else await Promise.all(looksOfRound(watcher.jobs(), lookedAt).map(look))
    if (setbacks > 0) watcher.onTrouble(null)
    setbacks = 0
    return watcher.jobs().some(({ status }) => !isFinal(status)) ? pauseMs({ setbacks, hidden: hidden() }) : null
  }

  /** @param {unknown} error @returns {number | null} the pause before the next try */
  function judge(error) {
    if (needsKey(error)) {
      watcher.onKeyRefused(error)
      return null
    }
    setbacks += 1
    watcher.onTrouble(/** @type {Error} */ (error))
    if (!passesBy(error)) return null
    untilPage = 0
    return pauseMs({ setbacks, hidden: hidden(), retryAfterMs: error instanceof Refused ? error.retryAfterMs : null })
  }

  async function run() {
    callOff()
    mode = 'looking'
    const pause = await round().catch(judge)
    const after = /** @type {string} */ (mode)
    if (after === 'stopped') return watcher.onRest?.()
    mode = 'idle'
    if (after === 'again') return run()
    if (pause !== null) callOff = later(() => void run(), pause)
    watcher.onRest?.()
  }

  return {
    /** @param {{ page?: boolean }} [what] page: read the newest page, too */
    wake({ page = false } = {}) {
      if (page) untilPage = 0
      if (mode === 'looking') mode = 'again'
      else if (mode === 'idle') void run()
    },
    stop() {
      mode = 'stopped'
      callOff()
    },
  }
}

/** @param {() => void} act @param {number} ms */
function afterMs(act, ms) {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}
