import { byId } from './element.js'
import { createKeyForm, WRONG_KEY } from './key-form.js'
import { createKeyStore, keyInFragment } from './key-store.js'
import { createDesk, openStudio } from './studio.js'

/** @import { Studio } from './studio.js' */

const base = new URL('v1/', document.baseURI).href
const keys = createKeyStore({ storage: localStorage, location, history })
const forget = byId('forget-key', HTMLButtonElement)
const desk = createDesk()
const keyForm = createKeyForm({ base, onKey: open })
/** @type {Studio | null} */
let studio = null

/** @param {string} key */
function open(key) {
  studio?.close()
  keys.keep(key)
  keyForm.hide()
  forget.hidden = false
  studio = openStudio({ key, base, desk, onKeyRefused: () => leave(WRONG_KEY) })
}

/** @param {string | null} why */
function leave(why) {
  studio?.close()
  studio = null
  keys.forget()
  forget.hidden = true
  keyForm.show(why)
}

function enter() {
  const key = keys.read()
  if (key) open(key)
  else leave(null)
}

forget.addEventListener('click', () => leave(null))
// A link with a key may be opened where the page is open already.
addEventListener('hashchange', () => keyInFragment(location.hash) && enter())
enter()
