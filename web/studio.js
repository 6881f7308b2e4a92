import { createApi } from './api.js'
import { createComposer } from './composer.js'
import { byId } from './element.js'
import { followJobs } from './follow-jobs.js'
import { counted } from './format.js'
import { createJobList } from './job-list.js'
import { announce, showNotice } from './notice.js'
import { createUploads } from './uploads.js'

/** @import { JobPage } from './api.js' */
/** @typedef {ReturnType<typeof openStudio>} Studio */

const PAGE_SIZE = 20

/** The part of the page that is there from its beginning, whoever's key is in use. */
export function createDesk() {
  /** @type {(files: File[], instruction: string) => void} */
  let onOrder = () => undefined
  const composer = createComposer({ onOrder: (files, instruction) => onOrder(files, instruction) })
  return {
    composer,
    /** @param {typeof onOrder} act */
    orders(act) {
      onOrder = act
    },
  }
}

/**
 * Opens the page for the owner of a key; `close` leaves nothing of theirs on it.
 * @param {{ key: string, base: string, desk: ReturnType<typeof createDesk>, onKeyRefused: () => void }} parts
 */
export function openStudio({ key, base, desk, onKeyRefused }) {
  const api = createApi({ key, base })
  const work = byId('work', HTMLElement)
  const more = byId('more', HTMLButtonElement)
  /** @type {string | null} */
  let cursor = null
  let pages = 0

  const list = createJobList({
    base,
    onCancel: async (id) => list.put(await api.cancelJob(id)),
    onRetry: async (id) => {
      const job = await api.retryJob(id)
      list.put(job)
      document.getElementById(job.id)?.scrollIntoView({ block: 'nearest' })
      announce('A new job goes on with it')
      follower.wake()
    },
  })

  /** @param {JobPage} page */
  function takePage(page) {
    page.data.forEach(list.put)
    if (pages++ === 0) setCursor(page.next_cursor)
    list.tell()
  }
  /** @param {string | null} next */
  function setCursor(next) {
    cursor = next
    more.hidden = next === null
  }
  async function showMore() {
    more.disabled = true
    try {
      const page = await api.listJobs({ limit: PAGE_SIZE, after: cursor })
      page.data.forEach(list.put)
      setCursor(page.next_cursor)
      follower.wake()
    } catch (error) {
      showNotice(error)
    } finally {
      more.disabled = false
    }
  }

  const watcher = {
    jobs: list.jobs,
    onPage: takePage,
    onJob: list.put,
    onGone: (/** @type {string} */ id) => list.remove(id),
    onTrouble: showNotice,
    onKeyRefused,
  }
  const follower = followJobs({ api, pageSize: PAGE_SIZE, hidden: () => document.hidden, watcher })
  const uploads = createUploads({
    server: { key, base },
    onJob: (job) => {
      list.put(job)
      follower.wake()
    },
    onInstructionFault: desk.composer.refuseInstruction,
  })
  desk.orders((files, instruction) => {
    for (const file of files) uploads.send(file, instruction)
    announce(`Sending ${counted(files.length, 'clip')}`)
    work.scrollIntoView({ block: 'nearest' })
  })

  const closing = new AbortController()
  const { signal } = closing
  const look = () => document.hidden || follower.wake({ page: true })
  document.addEventListener('visibilitychange', look, { signal })
  addEventListener('focus', look, { signal })
  addEventListener('online', look, { signal })
  more.addEventListener('click', () => void showMore(), { signal })
  desk.composer.show(true)
  work.hidden = false
  follower.wake({ page: true })

  return {
    close() {
      closing.abort()
      follower.stop()
      uploads.stop()
      list.clear()
      showNotice(null)
      desk.composer.show(false)
      work.hidden = true
      more.hidden = true
    },
  }
}
