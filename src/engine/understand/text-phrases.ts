import { QUOTE } from './clauses.ts'
import type { Instant, Operation, Position } from './operations.ts'
import { lengthMs, LENGTH, PLACE, toInstant, unitOf, UP_TO } from './times.ts'

type AddText = Extract<Operation, { op: 'add_text' }>
type Wish = Pick<AddText, 'from' | 'to' | 'lengthMs' | 'position'>
type Groups = Record<string, string | undefined>

/** How long a text is seen where nobody says. */
export const DEFAULT_TEXT_MS = 3_000

const VERB = '(?:add|put|insert|show|overlay|place|write|display|include|use|have|添加|加上|加入|加|插入|显示)'
const ADJECTIVE = '(?:(?:big|large|small|short|simple|white|new|main|opening|closing|little|个|一个|一段)\\s*)*'
const NOUN =
  '(?:text|title|caption|subtitle|headline|heading|label|words?|lower[- ]third|watermark|banner|overlay|intro|outro|文字|文本|标题|字幕)(?:\\s+(?:overlay|card|text|title|slide))?'
const SAYING =
  '(?:\\s*(?::|：|that\\s+says|that\\s+reads|which\\s+says|saying|reading|with\\s+(?:the\\s+)?(?:text|words?)|of))?'
const HEAD = new RegExp(
  `^(?<before>.*?)(?:(?<verb>${VERB})\\s*)?(?:(?:the|a|an|some|this|another)\\s+)?${ADJECTIVE}(?<noun>${NOUN})?${SAYING}\\s*${QUOTE}(?<after>.*)$`,
  'iu',
)

const SCREEN = '(?:video|screen|frame|picture|clip|image|footage|画面|视频)'
const PLACES: [string, Position][] = [
  ['(?:top|upper)[- ]left|左上', 'top_left'],
  ['(?:top|upper)[- ]right|右上', 'top_right'],
  ['(?:bottom|lower)[- ]left|左下', 'bottom_left'],
  ['(?:bottom|lower)[- ]right|右下', 'bottom_right'],
  ['(?:top|upper)(?:[- ](?:cent(?:er|re)|middle))?|顶部|上方', 'top'],
  ['(?:bottom|lower)(?:[- ](?:cent(?:er|re)|middle))?|底部|下方', 'bottom'],
  ['left', 'left'],
  ['right', 'right'],
  ['dead\\s+cent(?:er|re)|cent(?:er|re)|middle|中间|中央', 'center'],
]
const start = (ms: number): Instant => ({ anchor: 'start', ms })
const end = (ms: number): Instant => ({ anchor: 'end', ms })
const begins = (source: string) => new RegExp(`^(?:${source})(?![a-z])`, 'iu')
const OF_SCREEN = `(?:\\s+(?:of|on|in)\\s+(?:the\\s+)?${SCREEN})?`

/** What may stand beside a text, each with the wish it adds. */
const MODIFIERS: { pattern: RegExp; wish: (groups: Groups) => Partial<Wish> }[] = [
  {
    pattern: begins(`(?:from\\s+|从)?(?<a>${PLACE})${UP_TO}(?<b>${PLACE})`),
    wish: ({ a = '', b = '' }) => ({ from: toInstant(a, unitOf(b)), to: toInstant(b) }),
  },
  {
    pattern: begins(`(?:for|during|in|over|throughout)\\s+the\\s+(?<edge>first|last)\\s+(?<length>${LENGTH})`),
    wish: ({ edge, length = '' }) =>
      edge?.toLowerCase() === 'first'
        ? { from: start(0), to: start(lengthMs(length)) }
        : { from: end(lengthMs(length)), to: end(0) },
  },
  {
    pattern: begins(
      `throughout(?:\\s+the\\s+(?:whole\\s+|entire\\s+)?${SCREEN})?|(?:for|during|over)?\\s*the\\s+(?:whole|entire|full)\\s+(?:time|duration|length|${SCREEN})`,
    ),
    wish: () => ({ from: start(0), to: end(0) }),
  },
  {
    pattern: begins(
      `(?:at|in|on|near)\\s+the\\s+(?:very\\s+)?(?:start|beginning)(?:\\s+of\\s+(?:the\\s+)?${SCREEN})?|在?开头`,
    ),
    wish: () => ({ from: start(0), to: null }),
  },
  {
    pattern: begins(`(?:at|in|near)\\s+the\\s+(?:very\\s+)?end(?:\\s+of\\s+(?:the\\s+)?${SCREEN})?|在?结尾`),
    wish: () => ({ from: end(0), to: end(0) }),
  },
  {
    pattern: begins(`(?:for|lasting)\\s+(?:about\\s+)?(?<length>${LENGTH})|持续\\s*(?<zh>${LENGTH})`),
    wish: ({ length, zh = '' }) => ({ lengthMs: lengthMs(length ?? zh) }),
  },
  ...PLACES.map(([names, position]) => ({
    pattern: begins(
      `(?:(?:at|in|on|to|near|along|into)\\s+)?(?:the\\s+)?(?:very\\s+)?(?:在)?(?:${names})(?:\\s*(?:corner|side|edge|third|角))?${OF_SCREEN}`,
    ),
    wish: () => ({ position }),
  })),
  {
    pattern: begins(`(?:starting\\s+)?(?:at|from|@|after|在)\\s*(?<a>${PLACE})`),
    wish: ({ a = '' }) => ({ from: toInstant(a), to: null }),
  },
  {
    pattern: begins(`(?:on|over|onto|to|in)\\s+(?:top\\s+of\\s+)?(?:the\\s+|my\\s+|this\\s+)?(?:${SCREEN}|it)`),
    wish: () => ({}),
  },
  { pattern: begins(`as\\s+(?:an?\\s+|the\\s+)?${ADJECTIVE}${NOUN}`), wish: () => ({}) },
  { pattern: begins('and|with|centered|only'), wish: () => ({}) },
]

/** The text that a clause asks for, or null where it asks for something else. */
export function readTextPhrase(clause: string, quotes: string[]): AddText | null {
  const groups = HEAD.exec(clause)?.groups
  if (!groups || (!groups['verb'] && !groups['noun'])) return null
  const wishes = readModifiers(`${groups['before'] ?? ''} ${groups['after'] ?? ''}`)
  const text = quotes[Number(groups['quote'])]
  if (!wishes || !text) return null
  const wish: Wish = { from: start(0), to: null, lengthMs: DEFAULT_TEXT_MS, position: 'bottom', ...wishes }
  return { op: 'add_text', text: text.slice(0, 300), ...fromTheEnd(wish) }
}

/** "At the end" means that it ends there. */
function fromTheEnd(wish: Wish): Wish {
  const { from, to, lengthMs: ms } = wish
  return from.anchor === 'end' && from.ms === 0 && to?.anchor === 'end' ? { ...wish, from: end(ms) } : wish
}

function readModifiers(text: string): Partial<Wish> | null {
  let rest = text.trim()
  const wishes: Partial<Wish> = {}
  while (rest !== '') {
    const found = MODIFIERS.map(({ pattern, wish }) => ({ match: pattern.exec(rest), wish })).find(({ match }) => match)
    if (!found?.match || found.match[0] === '') return null
    Object.assign(wishes, found.wish(found.match.groups ?? {}))
    rest = rest.slice(found.match[0].length).trim()
  }
  return wishes
}
