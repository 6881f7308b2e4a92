import { element, setText } from './element.js'
import { clipNames, moment, percent } from './format.js'
import { jobResult } from './job-result.js'
import { failureNote, waitingNote } from './job-trouble.js'
import { problemNote } from './problem-note.js'
import { canRetry, isFinal, STAGE_WORDS, STATUS_WORDS } from './words.js'

/** @import { JobView } from '../src/shared/jobs/job-view.ts' */
/** @typedef {ReturnType<typeof createJobCard>} JobCard */

/**
 * One job on the page. It is made once and then kept up to date, so that a video goes on playing and a button keeps
 * its focus.
 * @param {JobView} first
 * @param {{ base: string, onCancel: (id: string) => Promise<unknown>, onRetry: (id: string) => Promise<unknown> }} parts
 */
export function createJobCard(first, { base, onCancel, onRetry }) {
  const name = clipNames(first.inputs)
  const state = element('span', { className: 'state' })
  const stage = element('p', { className: 'stage' })
  const bar = element('progress', { max: 1, ariaLabel: `Progress of ${name}` })
  const story = element('div', { className: 'story' })
  const refusal = element('div', { className: 'refusal' })
  const cancel = actionButton('Cancel', () => onCancel(first.id), refusal)
  const retry = actionButton('Retry', () => onRetry(first.id), refusal)
  cancel.className = 'quiet'
  const line = element('div', { className: 'line' }, stage, cancel)
  const card = element('li', { className: 'card job', id: first.id })
  card.append(heading(first, name, state), line, bar, story, refusal, retry)
  let shown = ''
  /** @type {ReturnType<typeof jobResult> | null} */
  let result = null

  /** @param {JobView} job */
  function tellStory(job) {
    const { status, waiting, error } = job
    const told = JSON.stringify([status, waiting, error])
    if (told === shown) return result?.renew(job)
    shown = told
    result = status === 'succeeded' ? jobResult(job, base) : null
    story.replaceChildren(
      ...(waiting ? [waitingNote(waiting)] : []),
      ...(error ? [failureNote(error)] : []),
      ...(result ? [result.element] : []),
    )
  }

  /** @param {JobView} job */
  function update(job) {
    const { status, progress, error } = job
    setText(state, STATUS_WORDS[status])
    state.className = `state ${status}`
    const over = isFinal(status)
    setText(stage, stageLine(job))
    line.hidden = over
    bar.hidden = over
    if (status === 'queued') bar.removeAttribute('value')
    else bar.value = progress
    retry.hidden = !canRetry(status)
    // The same again would end the same, but may be asked for.
    retry.classList.toggle('quiet', error?.retryable === false)
    tellStory(job)
    made.job = job
  }

  const made = { element: card, name, job: first, update }
  update(first)
  return made
}

/** @param {JobView} job */
function stageLine({ stage, progress, attempt }) {
  if (stage === null) return 'Not begun yet'
  return [STAGE_WORDS[stage], percent(progress), attempt > 1 ? `attempt ${attempt}` : ''].filter(Boolean).join(' · ')
}

/** @param {JobView} job @param {string} name @param {HTMLElement} state */
function heading({ instruction, created_at, retry_of }, name, state) {
  const time = element('time', { dateTime: created_at }, moment(created_at, { now: Date.now() }))
  const facts = element('span', { className: 'facts' }, ...(retry_of ? ['Again · '] : []), time)
  const head = element('div', { className: 'head' }, element('h3', {}, name), facts, state)
  const said = instruction ? [element('p', { className: 'instruction' }, instruction)] : []
  return element('div', {}, head, ...said)
}

/**
 * A button that works once, and says beside it if it was refused.
 * @param {string} label
 * @param {() => Promise<unknown>} act
 * @param {HTMLElement} refusal
 */
function actionButton(label, act, refusal) {
  const button = element('button', { type: 'button' }, label)
  const press = async () => {
    button.disabled = true
    refusal.replaceChildren()
    await act().catch((error) => {
      refusal.replaceChildren(problemNote(error))
      button.disabled = false
    })
  }
  button.addEventListener('click', () => void press())
  return button
}
