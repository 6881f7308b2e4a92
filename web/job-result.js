import { onThisServer } from './api.js'
import { element } from './element.js'
import { duration, size } from './format.js'

/** @import { JobView } from '../src/shared/jobs/job-view.ts' */

const LONG_TALK = 600

/**
 * What came of a job: the video, what changed, and what was said. `renew` takes a fresh link where the old one no
 * longer plays.
 * @param {JobView} job
 * @param {string} base
 */
export function jobResult(job, base) {
  const { output } = job
  const words = element('div', { className: 'told' })
  words.append(...facts(job), ...changes(job), ...expectations(job), ...talk(job.messages), ...balance(job))
  if (!output) return { element: element('div', { className: 'result' }, words), renew: () => undefined }

  const source = (/** @type {{ download_url: string }} */ { download_url }) => onThisServer(download_url, base)
  const video = player(output)
  const download = element('a', { className: 'button', href: source(output), download: output.name }, 'Download')
  const link = () => download.href
  whenSeen(video, () => (video.src = link()))
  video.addEventListener('error', () => (video.hidden = true))
  words.append(element('div', { className: 'buttons' }, download))
  return {
    element: element('div', { className: 'result' }, element('div', { className: 'screen' }, video), words),
    /** @param {JobView} newer */
    renew(newer) {
      if (newer.output) download.href = source(newer.output)
      if (video.error) Object.assign(video, { hidden: false, src: link() })
    },
  }
}

/** @param {NonNullable<JobView['output']>} output */
function player({ name, width, height }) {
  const video = element('video', { controls: true, preload: 'metadata', playsInline: true })
  video.ariaLabel = `The finished video ${name}`
  if (width && height) Object.assign(video, { width, height })
  return video
}

/** A long list loads the videos that are looked at. @param {HTMLElement} target @param {() => void} act */
function whenSeen(target, act) {
  const watcher = new IntersectionObserver(
    ([entry]) => {
      if (!entry?.isIntersecting) return
      watcher.disconnect()
      act()
    },
    { rootMargin: '200px' },
  )
  watcher.observe(target)
}

/** @param {JobView} job */
function facts({ output, started_at, finished_at }) {
  if (!output) return []
  const { duration_ms, width, height, bytes } = output
  const told = [
    duration_ms === null ? '' : duration(duration_ms),
    width && height ? `${width} × ${height}` : '',
    size(bytes),
    started_at && finished_at ? `made in ${duration(Date.parse(finished_at) - Date.parse(started_at))}` : '',
  ]
  return [element('p', { className: 'facts' }, told.filter(Boolean).join(' · '))]
}

/** @param {JobView} job */
const changes = ({ receipt }) => list('What changed', receipt?.changes ?? [])

/** @param {JobView} job */
const expectations = ({ receipt }) =>
  list(
    'What was expected',
    (receipt?.expectations ?? []).map(({ name, met }) => `${met ? '✓' : '✗'} ${name}`),
  )

/** @param {string} title @param {string[]} lines */
function list(title, lines) {
  if (lines.length === 0) return []
  const items = lines.map((line) => element('li', {}, line))
  return [element('h4', {}, title), element('ul', {}, ...items)]
}

/** @param {string[]} messages */
function talk(messages) {
  if (messages.length === 0) return []
  const open = messages.join('').length <= LONG_TALK
  const lines = messages.map((message) => element('p', {}, message))
  return [element('details', { open }, element('summary', {}, 'What the editor said'), ...lines)]
}

/** What is asked of an account or a session is answered in words. @param {JobView} job */
function balance({ action, credits, timeline }) {
  if (action === 'credits' && credits) return [element('p', {}, `${credits.available} credits are left.`)]
  return action === 'status' && timeline ? [element('p', {}, timeline.summary)] : []
}
