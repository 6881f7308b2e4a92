import { AFTER, BEFORE, REQUESTS, ZH_AFTER, ZH_BEFORE, type PlainRequest } from './instruction-phrases.ts'

/** What a job does with its instruction; only `edit` sends a message, which costs credits. */
export type Action = 'edit' | PlainRequest

/** Longer texts are never one of the requests; the limit keeps matching cheap. */
const LONGEST_REQUEST = 200

const PATTERNS = Object.entries(REQUESTS).map(([action, phrases]) => ({
  action: action as PlainRequest,
  pattern: new RegExp(`^(?:${phrases.join('|')})$`, 'u'),
}))
const COURTESIES = [
  new RegExp(`^(?:${BEFORE.join('|')})(?= |$)`, 'u'),
  new RegExp(`(?<=^| )(?:${AFTER.join('|')})$`, 'u'),
  new RegExp(`^(?:${ZH_BEFORE})`, 'u'),
  new RegExp(`(?:${ZH_AFTER})$`, 'u'),
]

const TRADITIONAL: Readonly<Record<string, string>> = {
  導: '导',
  匯: '导',
  載: '载',
  積: '积',
  餘: '余',
  額: '额',
  狀: '状',
  態: '态',
  傳: '传',
  軌: '轨',
  時: '时',
  間: '间',
  線: '线',
  顯: '显',
  視: '视',
  頻: '频',
  請: '请',
  謝: '谢',
  幫: '帮',
  個: '个',
  給: '给',
  發: '发',
  還: '还',
  輸: '输',
}

/**
 * What the instruction asks for. Only where the whole of it, less politeness and punctuation, is a request for an
 * export, the credits, the status or an upload, it is no edit. Without an instruction the clips are only uploaded.
 */
export function routeInstruction(instruction: string | null, hasInputs: boolean): Action {
  if (instruction === null || instruction.trim() === '') return 'upload'
  if (instruction.length > LONGEST_REQUEST) return 'edit'
  for (let text = normalise(instruction); ;) {
    const found = PATTERNS.find(({ pattern }) => pattern.test(text))
    if (found) return found.action
    const shorter = withoutCourtesy(text)
    if (shorter === '' && hasInputs) return 'upload'
    if (shorter === text || shorter === '') return 'edit'
    text = shorter
  }
}

/** One courtesy less, or the same text where there is none. */
function withoutCourtesy(text: string): string {
  for (const courtesy of COURTESIES) {
    const shorter = text.replace(courtesy, '').trim()
    if (shorter !== text) return shorter
  }
  return text
}

function normalise(instruction: string): string {
  return instruction
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Script=Han}/gu, (character) => TRADITIONAL[character] ?? character)
    .replace(/[’‘`´]/g, "'")
    .replace(/\b(what|it|that|how|where|let)'s\b/g, (_all, word: string) => (word === 'let' ? 'let us' : `${word} is`))
    .replace(/\bwhats\b/g, 'what is')
    .replace(/\b(i|we)'d like\b/g, '$1 would like')
    .replace(/\b(we|you)'re\b/g, '$1 are')
    .replace(/\bi'm\b/g, 'i am')
    .replace(/[^\p{L}\p{N}']+/gu, ' ')
    .replace(/(?<=\p{Script=Han}) (?=\p{Script=Han}|mp4)|(?<=mp4) (?=\p{Script=Han})/gu, '')
    .trim()
}
