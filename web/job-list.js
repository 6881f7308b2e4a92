import { byId } from './element.js'
import { createJobCard } from './job-card.js'
import { announce } from './notice.js'
import { isFinal, STATUS_WORDS } from './words.js'

/** @import { JobView } from '../src/shared/jobs/job-view.ts' */
/** @import { JobCard } from './job-card.js' */

/**
 * The jobs on the page, newest first.
 * @param {Parameters<typeof createJobCard>[1]} parts
 */
export function createJobList(parts) {
  const list = byId('jobs', HTMLOListElement)
  const empty = byId('no-jobs', HTMLElement)
  /** @type {Map<string, JobCard>} */
  const cards = new Map()

  /** @param {JobView} job */
  function put(job) {
    const known = cards.get(job.id)
    if (!known) return place(createJobCard(job, parts))
    const before = known.job.status
    // Answers may overtake each other; an end is never taken back.
    if (isFinal(before) && !isFinal(job.status)) return
    known.update(job)
    if (before !== job.status && isFinal(job.status)) announce(`${known.name}: ${STATUS_WORDS[job.status]}`)
    tell()
  }

  /** @param {JobCard} card */
  function place(card) {
    cards.set(card.job.id, card)
    const next = [...cards.values()].filter(({ job }) => isNewer(card.job, job)).sort(byAge)[0]
    list.insertBefore(card.element, next?.element ?? null)
    tell()
  }

  function tell() {
    const open = jobs().filter(({ status }) => !isFinal(status)).length
    empty.hidden = cards.size > 0
    document.title = open > 0 ? `(${open}) Clipyard` : 'Clipyard'
  }

  const jobs = () => [...cards.values()].map(({ job }) => job)

  return {
    put,
    jobs,
    tell,
    /** @param {string} id */
    remove(id) {
      cards.get(id)?.element.remove()
      cards.delete(id)
      tell()
    },
    clear() {
      cards.clear()
      list.replaceChildren()
      empty.hidden = true
      document.title = 'Clipyard'
    },
  }
}

/** @param {Pick<JobView, 'id' | 'created_at'>} one @param {Pick<JobView, 'id' | 'created_at'>} other */
const isNewer = (one, other) =>
  one.created_at === other.created_at ? one.id > other.id : one.created_at > other.created_at

/** Newest first. @param {JobCard} one @param {JobCard} other */
const byAge = ({ job: one }, { job: other }) => (isNewer(one, other) ? -1 : 1)
