import { droppedFiles } from './dropped-files.js'
import { byId, element } from './element.js'
import { counted, size } from './format.js'
import { showFault } from './notice.js'

/** So many clips are shown with a picture; a whole folder of them would take its time. */
const PREVIEWS = 6

/**
 * Clips, a sentence, and the button. Takes what is dropped anywhere on the page.
 * @param {{ onOrder: (files: File[], instruction: string) => void }} parts
 */
export function createComposer({ onOrder }) {
  const form = byId('composer', HTMLFormElement)
  const picker = byId('files', HTMLInputElement)
  const staged = byId('staged', HTMLUListElement)
  const instruction = byId('instruction', HTMLTextAreaElement)
  const edit = byId('edit', HTMLButtonElement)
  /** @type {Map<File, HTMLLIElement>} */
  const clips = new Map()

  function tell() {
    staged.hidden = clips.size === 0
    edit.textContent = clips.size === 0 ? 'Edit' : `Edit ${counted(clips.size, 'clip')}`
  }

  /** @param {Iterable<File>} files */
  function stage(files) {
    for (const file of files) {
      const row = stagedRow(file, clips.size < PREVIEWS, () => unstage(file))
      clips.set(file, row)
      staged.append(row)
    }
    showFault(picker, null)
    tell()
  }

  /** @param {File} file */
  function unstage(file) {
    clips.get(file)?.remove()
    clips.delete(file)
    tell()
    picker.focus()
  }

  function order() {
    const sentence = instruction.value.trim()
    showFault(picker, clips.size === 0 ? 'Drop or choose a clip first.' : null)
    showFault(instruction, sentence === '' ? 'Say what shall be done, or take an example below.' : null)
    if (clips.size === 0) return picker.focus()
    if (sentence === '') return instruction.focus()
    onOrder([...clips.keys()], sentence)
    clips.clear()
    staged.replaceChildren()
    tell()
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    order()
  })
  picker.addEventListener('change', () => {
    stage([...(picker.files ?? [])])
    picker.value = ''
  })
  instruction.addEventListener('input', () => showFault(instruction, null))
  instruction.addEventListener('keydown', ({ key, ctrlKey, metaKey }) => {
    if (key === 'Enter' && (ctrlKey || metaKey)) form.requestSubmit()
  })
  byId('examples', HTMLElement).addEventListener('click', ({ target }) => {
    if (target instanceof HTMLButtonElement) addSentence(instruction, target.textContent)
  })
  takeDrops(form, stage)

  return {
    /** @param {boolean} shown */
    show(shown) {
      form.hidden = !shown
    },
    /** @param {string} fault */
    refuseInstruction: (fault) => showFault(instruction, fault),
  }
}

/** An example fills an empty box, and is added to what stands there. @param {HTMLTextAreaElement} box @param {string} example */
function addSentence(box, example) {
  const before = box.value.trim().replace(/[,.]$/, '')
  if (!before.includes(example)) box.value = before === '' ? example : `${before}, ${example}`
  box.dispatchEvent(new Event('input'))
  box.focus()
}

/** @param {HTMLFormElement} form @param {(files: File[]) => void} stage */
function takeDrops(form, stage) {
  const bringsFiles = (/** @type {DragEvent} */ { dataTransfer }) => dataTransfer?.types.includes('Files') ?? false
  /** @param {boolean} over */
  const mark = (over) => document.body.classList.toggle('dragging', over && !form.hidden)
  addEventListener('dragover', (event) => {
    if (!bringsFiles(event)) return
    // Else the browser would leave the page to play what was dropped beside the zone.
    event.preventDefault()
    mark(true)
  })
  addEventListener('dragleave', ({ relatedTarget }) => mark(relatedTarget !== null))
  addEventListener('drop', (event) => {
    if (!bringsFiles(event) || !event.dataTransfer) return
    event.preventDefault()
    mark(false)
    if (form.hidden) return
    void droppedFiles(event.dataTransfer).then(stage)
    form.scrollIntoView({ block: 'nearest' })
  })
}

/** @param {File} file @param {boolean} pictured @param {() => void} onRemove */
function stagedRow(file, pictured, onRemove) {
  const remove = element('button', {
    type: 'button',
    className: 'quiet',
    textContent: 'Remove',
    ariaLabel: `Remove ${file.name}`,
  })
  remove.addEventListener('click', onRemove)
  const facts = element('span', { className: 'facts' }, size(file.size))
  const row = element('li', {}, element('span', { className: 'name' }, file.name), facts, remove)
  row.prepend(pictured ? picture(file) : element('span', { className: 'picture' }))
  return row
}

/** A first look at a clip, straight from the disk. @param {File} file */
function picture(file) {
  const frame = element('span', { className: 'picture', ariaHidden: 'true' })
  const kind = file.type.split('/')[0]
  if (kind !== 'video' && kind !== 'image') return frame
  const url = URL.createObjectURL(file)
  const done = () => URL.revokeObjectURL(url)
  const shown =
    kind === 'image'
      ? element('img', { src: url, alt: '', onload: done, onerror: done })
      : element('video', { src: `${url}#t=0.5`, muted: true, preload: 'auto', onseeked: done, onerror: done })
  frame.append(shown)
  return frame
}
