import { Refused } from './api-errors.js'
import { element } from './element.js'
import { CLIP_WORDS } from './words.js'

/** @import { FieldError } from './api-errors.js' */

/** @param {FieldError} fault */
const isOfFile = ({ pointer }) => pointer.startsWith('#/file/')

/** An error for its reader. @param {unknown} error @returns {{ title: string, details: string[] }} */
export function explain(error) {
  if (error instanceof Refused) {
    const details = error.errors.map(({ detail }) => detail)
    return {
      title: (error.errors.some(isOfFile) && CLIP_WORDS[error.code]) || error.title,
      details: details.length > 0 ? details : [error.message],
    }
  }
  return {
    title: 'Clipyard can’t be reached',
    details: ['No answer came. Is it running, and are you online?'],
  }
}

/** An error as a note: its title, and each thing that is to be mended. @param {unknown} error */
export function problemNote(error) {
  const { title, details } = explain(error)
  const lines = details.map((detail) => element('p', {}, detail))
  return element('div', { className: 'trouble' }, element('strong', {}, title), ...lines)
}

/**
 * The faults that lie in one member of a request.
 * @param {unknown} error
 * @param {string} member
 */
export const faultsAt = (error, member) =>
  error instanceof Refused ? error.errors.filter(({ pointer }) => pointer === `#/${member}`) : []
