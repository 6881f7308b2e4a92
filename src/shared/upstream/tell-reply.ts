import { clauseKind, dragInWords } from './gui-talk.ts'

/** A reply in API terms. */
export interface ToldReply {
  /** The upstream's words without its talk of controls, one for each text that has something left to say. */
  messages: string[]
  /** The upstream asks a person to drag or drop something. */
  asksToDrag: boolean
  /** Those steps in plain words, each fit to be sent as an instruction. */
  dragSteps: string[]
}

const SENTENCES = new Intl.Segmenter('en', { granularity: 'sentence' })
const QUOTED = /"[^"\n]{1,300}"|“[^”\n]{1,300}”|「[^」\n]{1,300}」|《[^》\n]{1,300}》/g
const MASK = /\uE000(\d+)\uE001/g
/** Where one sentence may hold a report and an offer: "Added a title, so you can click Export." */
const CLAUSE =
  /(?<=[,;，；、–—])\s*|\s+(?=(?:and|so|then|but|or)\s+(?:(?:you|then|now|please|just|we)\b|(?:click|open|drag|export|preview|tap)\b))|\s+(?=- )/i
const HAN = /\p{Script=Han}/u
/** Openings that say nothing without what follows. */
const LEADS_ON =
  /^\W*(?:if|when|once|to|for|after|before|from there|as soon as|otherwise|whenever|next|then|now|finally|in addition|also|optionally|alternatively|or|and)\b|^(?:如果|若|要|想|当|之后|然后|接下来|现在|另外|或者?)/i

/**
 * Tells replies to those who have no screen: sentences about clicking, panels, previews in the timeline and the Export
 * button are dropped, since the pipeline does all that; a step to drag something is told as what is to be done.
 */
export function tellReply(texts: readonly string[]): ToldReply {
  const dragSteps: string[] = []
  const messages = texts.map((text) => tellText(text, dragSteps)).filter((message) => message !== '')
  return { messages, asksToDrag: dragSteps.length > 0, dragSteps }
}

/** What is quoted is the video's own text, such as a title, and is no talk of controls. */
function tellText(text: string, dragSteps: string[]): string {
  const quotes: string[] = []
  const masked = text.replace(QUOTED, (quote) => `\uE000${quotes.push(quote) - 1}\uE001`)
  const restore = (words: string) => words.replace(MASK, (_all, index: string) => quotes[Number(index)] ?? '')
  const steps: string[] = []
  const lines = masked.split('\n').map((line) => ({ line, told: tellLine(line, steps) }))
  dragSteps.push(...steps.map(restore))
  const kept = lines.filter(({ line, told }) => told !== '' || line.trim() === '').map(({ told }) => told)
  while (kept.length > 0 && /^$|[:：]\**$/.test(kept.at(-1) ?? '')) kept.pop() // a heading of what was dropped
  return restore(kept.join('\n'))
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function tellLine(line: string, dragSteps: string[]): string {
  const told = [...SENTENCES.segment(line)].map(({ segment }) => tellSentence(segment, dragSteps))
  return told
    .join('')
    .trimEnd()
    .replace(/^[^\p{L}\p{N}\uE000]+$/u, '')
}

/** Keeps what a sentence reports before it turns to controls, and tells a step to drag as what is to be done. */
function tellSentence(sentence: string, dragSteps: string[]): string {
  const whole = clauseKind(sentence.trim())
  if (whole === 'words') return sentence
  const clauses = sentence.trim().split(CLAUSE)
  const kinds = clauses.map(clauseKind)
  const first = kinds.findIndex((kind) => kind !== 'words')
  const told = [report(clauses.slice(0, Math.max(0, first)))]
  if (whole === 'drag') {
    const start = Math.max(0, kinds.indexOf('drag'))
    const end = kinds.indexOf('gui', start)
    const step = ended(dragInWords(clauses.slice(start, end < 0 ? undefined : end).join(' ')))
    dragSteps.push(step)
    told.push(HAN.test(step) ? `待办：${step}` : `Still to do: ${step}`)
  }
  const words = told.filter((part) => part !== '').join(' ')
  return words && words + (/\s*$/.exec(sentence)?.[0] ?? '')
}

/** The clauses as a sentence of their own; nothing where they only lead to what follows. */
function report(clauses: readonly string[]): string {
  const words = clauses.join(' ').replace(/[\s,;:，；、：–—-]+$/, '')
  const isShort = HAN.test(words) ? words.length < 4 : words.split(/\s+/).length < 2
  return isShort || LEADS_ON.test(words) ? '' : ended(words)
}

function ended(words: string): string {
  if (/[.!?。！？][^\p{L}\p{N}\uE000]*$/u.test(words)) return words
  return `${words.replace(/[\s,;:，；、：–—-]+$/, '')}${HAN.test(words) ? '。' : '.'}`
}
