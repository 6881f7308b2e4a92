import { createApi } from './api.js'
import { needsKey } from './api-errors.js'
import { byId } from './element.js'
import { showFault } from './notice.js'
import { explain } from './problem-note.js'

/**
 * Asks for the API key, and checks it before it is taken.
 * @param {{ base: string, onKey: (key: string) => void }} parts
 */
export function createKeyForm({ base, onKey }) {
  const form = byId('key-form', HTMLFormElement)
  const field = byId('key', HTMLInputElement)
  const enter = byId('key-enter', HTMLButtonElement)

  async function check() {
    // What is pasted may bring its "API key" or "Bearer" along.
    const key = field.value.trim().split(/\s+/).at(-1) ?? ''
    if (key === '') return showFault(field, 'Paste the key first.')
    enter.disabled = true
    try {
      await createApi({ key, base }).listJobs({ limit: 1 })
      field.value = ''
      showFault(field, null)
      onKey(key)
    } catch (error) {
      showFault(field, faultOf(error))
    } finally {
      enter.disabled = false
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void check()
  })
  return {
    /** @param {string | null} fault why it is asked for again */
    show(fault) {
      form.hidden = false
      showFault(field, fault)
      field.focus()
    },
    hide() {
      form.hidden = true
    },
  }
}

/** What is said of a key that does not open the server. */
export const WRONG_KEY = 'This server does not know that key. Copy it again from where npm start printed it.'

/** @param {unknown} error */
function faultOf(error) {
  if (needsKey(error)) return WRONG_KEY
  const { title, details } = explain(error)
  return `${title}. ${details.join(' ')}`
}
