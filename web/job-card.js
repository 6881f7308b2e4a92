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
  const refusal = element('div', {})
  const cancel = actionButton('Cancel', () => onCancel(first.id), refusal)
  const retry = actionButton('Retry', () => onRetry(first.id), refusal)
  const buttons = element('div', { className: 'buttons' }, cancel, retry)
  const card = element('li', { className: 'card job', id: first.id })
  card.append(heading(first, name, state), stage, bar, story, refusal, buttons)
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
    const { status, progress } = job
    setText(state, STATUS_WORDS[status])
    state.className = `state ${status}`
    const over = isFinal(status)
    stage.hidden = status !== 'running'
    setText(stage, stageLine(job))
    bar.hidden = over
    if (status === 'queued') bar.removeAttribute('value')
    else bar.value = progress
    cancel.hidden = over
    retry.hidden = !canRetry(status)
    buttons.hidden = cancel.hidden && retry.hidden
    tellStory(job)
    made.job = job
  }

  const made = { element: card, name, job: first, update }
  update(first)
  return made
}

/** @param {JobView} job */
const stageLine = ({ stage, progress, attempt }) =>
  [stage ? STAGE_WORDS[stage] : 'Beginning', percent(progress), ...(attempt > 1 ? [`attempt ${attempt}`] : [])].join(
    ' · ',
  )

/** @param {JobView} job @param {string} name @param {HTMLElement} state */
function heading({ instruction, created_at, retry_of }, name, state) {
  const time = element('time', { dateTime: created_at }, moment(created_at, { now: Date.now() }))
  const facts = element('span', { className: 'facts' }, ...(retry_of ? ['Again · '] : []), time)
  const head = element('div', { className: 'head' }, element('h3', {}, name), facts, state)
  const said = instruction ? [element('p', { className: 'instruction' }, instruction)] : []
  return element('div', {}, head, ...said)
}

/**
 * A button that can't be pressed twice, and says beside it what was refused.
 * @param {string} label
 * @param {() => Promise<unknown>} act
 * @param {HTMLElement} refusal
 */
function actionButton(label, act, refusal) {
  const button = element('button', { type: 'button' }, label)
  const press = async () => {
    button.disabled = true
    refusal.replaceChildren()
    await act().catch((error) => refusal.replaceChildren(problemNote(error)))
    button.disabled = false
  }
  button.addEventListener('click', () => void press())
  return button
}
