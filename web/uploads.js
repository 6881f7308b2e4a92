import { passesBy } from './api-errors.js'
import { byId, element, setText } from './element.js'
import { percent, size } from './format.js'
import { announce } from './notice.js'
import { explain, faultsAt, problemNote } from './problem-note.js'
import { sendClip } from './send-clip.js'
import { createTurnstile } from './turnstile.js'

/** @import { JobView } from '../src/shared/jobs/job-view.ts' */

const AT_ONCE = 2

/**
 * Clips on their way: a row each, until its job is there.
 * @param {{
 *   server: { key: string, base: string },
 *   onJob: (job: JobView) => void,
 *   onInstructionFault: (fault: string) => void,
 * }} parts
 */
export function createUploads({ server, onJob, onInstructionFault }) {
  const rows = byId('uploads', HTMLUListElement)
  const turnstile = createTurnstile(AT_ONCE)
  const stopped = new AbortController()
  let underway = 0

  /** @param {BeforeUnloadEvent} event */
  const warn = (event) => void (underway > 0 && event.preventDefault())
  addEventListener('beforeunload', warn)

  /** @param {File} file @param {string} instruction */
  function send(file, instruction) {
    const own = new AbortController()
    const row = uploadRow(file, () => own.abort())
    rows.append(row.element)
    const signal = AbortSignal.any([own.signal, stopped.signal])
    const work = async () => {
      signal.throwIfAborted()
      return sendClip(server, { file, instruction }, { onProgress: (part) => row.progress(part), signal })
    }
    underway += 1
    turnstile
      .pass(work)
      .then(onJob)
      .then(row.remove)
      .catch((error) => {
        if (signal.aborted) return row.remove()
        for (const { detail } of faultsAt(error, 'instruction')) onInstructionFault(detail)
        row.fail(error, () => send(file, instruction))
      })
      .finally(() => (underway -= 1))
  }

  return {
    send,
    stop() {
      stopped.abort()
      removeEventListener('beforeunload', warn)
      rows.replaceChildren()
    },
  }
}

/** @param {File} file @param {() => void} onStop */
function uploadRow(file, onStop) {
  const state = element('span', { className: 'state' }, 'Waits for its turn')
  const bar = element('progress', { max: 1, value: 0, ariaLabel: `Upload of ${file.name}` })
  const stop = element('button', { type: 'button', className: 'quiet', onclick: onStop }, 'Stop')
  const buttons = element('div', { className: 'buttons' }, stop)
  const title = element('h3', {}, file.name)
  const facts = element('span', { className: 'facts' }, size(file.size))
  const row = element('li', { className: 'card job' })
  row.append(element('div', { className: 'head' }, title, facts, state), bar, buttons)
  const remove = () => row.remove()

  return {
    element: row,
    remove,
    /** @param {number} part */
    progress(part) {
      bar.value = part
      setText(state, part < 1 ? `Uploading, ${percent(part)}` : 'Checking the clip')
    },
    /** @param {unknown} error @param {() => void} again */
    fail(error, again) {
      setText(state, 'Not taken')
      state.classList.add('failed')
      announce(`${file.name} was not taken: ${explain(error).title}`)
      const retry = element('button', { type: 'button' }, 'Try again')
      retry.addEventListener('click', () => {
        remove()
        again()
      })
      bar.replaceWith(problemNote(error))
      const dismiss = element('button', { type: 'button', className: 'quiet', onclick: remove }, 'Dismiss')
      buttons.replaceChildren(...(passesBy(error) ? [retry] : []), dismiss)
    },
  }
}
