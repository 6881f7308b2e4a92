import { byId, setText } from './element.js'
import { explain } from './problem-note.js'

/** The line on top that says what is wrong with the whole; null once nothing is. @param {unknown} trouble */
export function showNotice(trouble) {
  const notice = byId('notice', HTMLElement)
  notice.hidden = trouble === null
  if (trouble === null) return
  const { title, details } = explain(trouble)
  setText(notice, `${title}. ${details.join(' ')}`)
}

/** Tells those who hear the page what has happened; progress is not told, only what matters. @param {string} words */
export const announce = (words) => setText(byId('live', HTMLElement), words)

/**
 * Shows what is wrong with a field beside it, or that nothing is.
 * @param {HTMLElement} field
 * @param {string | null} fault
 */
export function showFault(field, fault) {
  const note = byId(`${field.id}-fault`, HTMLElement)
  note.hidden = fault === null
  setText(note, fault ?? '')
  if (fault === null) field.removeAttribute('aria-invalid')
  else field.setAttribute('aria-invalid', 'true')
}
