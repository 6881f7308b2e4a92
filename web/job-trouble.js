import { element } from './element.js'
import { moment } from './format.js'
import { ERROR_WORDS, STAGE_WORDS, WAIT_WORDS } from './words.js'

/** @import { JobFailure, Waiting } from '../src/shared/jobs/job.ts' */

/** Why a job waits, and until when. @param {Waiting} waiting */
export function waitingNote({ reason, detail, retry_at, help_url }) {
  const when = retry_at
    ? `Looks again at ${moment(retry_at, { now: Date.now(), seconds: true })}.`
    : 'Goes on by itself.'
  const note = element('div', { className: 'waiting-note' }, element('strong', {}, WAIT_WORDS[reason]))
  note.append(element('p', {}, detail), element('p', { className: 'facts' }, when), ...helpLink(help_url))
  return note
}

/** Why a job has no video: what it means, what happened, and what to do. @param {JobFailure} error */
export function failureNote({ code, stage, detail, help_url, upstream }) {
  const { title, todo } = ERROR_WORDS[code]
  const said = upstream?.message && !detail.includes(upstream.message) ? [`The editor said: ${upstream.message}`] : []
  const where = stage ? `${code} · ${STAGE_WORDS[stage].toLowerCase()}` : code
  return element(
    'div',
    { className: 'trouble' },
    element('strong', {}, title),
    ...[detail, ...said].map((line) => element('p', {}, line)),
    element('p', { className: 'todo' }, todo),
    ...helpLink(help_url),
    element('p', { className: 'facts' }, element('code', {}, where)),
  )
}

/** @param {string | null} url */
function helpLink(url) {
  if (!url || !/^https?:/.test(url)) return []
  const link = element('a', { href: url, target: '_blank', rel: 'noreferrer' }, new URL(url).host)
  return [element('p', {}, 'Help: ', link)]
}
