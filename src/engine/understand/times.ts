import type { Instant } from './operations.ts'

const WORD_NUMBERS: Record<string, number> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  ninety: 90,
  half: 0.5,
  'half a': 0.5,
  'half an': 0.5,
  'a half': 0.5,
  'a couple of': 2,
}
const words = Object.keys(WORD_NUMBERS).toSorted((a, b) => b.length - a.length)

const NUMBER = `(?:\\d+(?:\\.\\d+)?|(?:${words.join('|')})(?![a-z]))`
const UNIT = '(?:milliseconds?|millis|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|秒钟|秒|分钟|分|小时)(?![a-z])'
const CLOCK = '\\d{1,3}:\\d{2}(?::\\d{2})?(?:\\.\\d+)?(?:\\s*(?:minutes?|mins?|seconds?|secs?|s)(?![a-z]))?'
const ONE_UNIT = '(?:second|minute|hour)(?![a-z])'
const MARK = '(?:\\s+(?:second|minute)?\\s*mark)?'

/** Regex sources, each without groups of its own. A length: `5 s`, `1m30s`, `half a minute`, `1:30`, `5`. */
export const LENGTH = `(?:${CLOCK}|${NUMBER}\\s*-?\\s*${UNIT}(?:\\s*${NUMBER}\\s*${UNIT})*|${NUMBER}|${ONE_UNIT})`
/** A place: a length from the start, or an end of the timeline by name. */
export const PLACE = `(?:(?:the\\s+)?(?:very\\s+)?(?:start|beginning|end)(?![a-z])|(?:the\\s+)?(?:timestamp\\s+|second\\s+|t=)?${LENGTH}${MARK}|开头|结尾|最后)`
/** Between the two places of a range. */
export const UP_TO = '\\s*(?:-|–|—|~|to|until|till|through|thru|up\\s+to|到|至)\\s*'

const UNIT_MS: [RegExp, number][] = [
  [/^(?:milli|ms)/i, 1],
  [/^(?:h|小时)/i, 3_600_000],
  [/^(?:m|分)/i, 60_000],
  [/^(?:s|秒)/i, 1_000],
]

/** Milliseconds of a text that `LENGTH` matches. A bare number counts `bareUnitMs`. */
export function lengthMs(text: string, bareUnitMs = 1_000): number {
  const clock = /(\d+):(\d+)(?::(\d+))?(\.\d+)?/.exec(text)
  if (clock) return clockMs(clock)
  if (new RegExp(`^${ONE_UNIT}$`, 'i').test(text)) return unitMs(text, bareUnitMs)
  const parts = [...text.matchAll(new RegExp(`(${NUMBER})\\s*-?\\s*(${UNIT})?`, 'gi'))]
  const total = parts.reduce((sum, [, number = '', unit]) => sum + toNumber(number) * unitMs(unit, bareUnitMs), 0)
  return Math.round(total)
}

/** The unit a length is told in, for `from 1 to 2 minutes`. */
export function unitOf(text: string): number {
  const unit = new RegExp(`${NUMBER}\\s*-?\\s*(${UNIT})`, 'i').exec(text)?.[1]
  return unitMs(unit, 1_000)
}

/** The place that a text matched by `PLACE` names. */
export function toInstant(text: string, bareUnitMs?: number): Instant {
  if (/start|beginning|开头/i.test(text)) return { anchor: 'start', ms: 0 }
  if (/(?:^|\s)end|结尾|最后/i.test(text)) return { anchor: 'end', ms: 0 }
  const bare = text.replace(/^\s*the\s+/i, '').replace(/^(?:timestamp|second|t=)\s*/i, '')
  return { anchor: 'start', ms: lengthMs(bare, bareUnitMs) }
}

function clockMs([, first = '0', second = '0', third, fraction = '0']: RegExpExecArray): number {
  const whole = third === undefined ? [0, Number(first), Number(second)] : [first, second, third].map(Number)
  const [hours = 0, minutes = 0, seconds = 0] = whole
  return Math.round((hours * 3600 + minutes * 60 + seconds + Number(fraction)) * 1000)
}

const toNumber = (text: string) => WORD_NUMBERS[text.toLowerCase()] ?? Number(text)

const unitMs = (unit: string | undefined, bareUnitMs: number) =>
  unit === undefined ? bareUnitMs : (UNIT_MS.find(([pattern]) => pattern.test(unit))?.[1] ?? 1_000)
