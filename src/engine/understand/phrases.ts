import type { Operation } from './operations.ts'
import { lengthMs, LENGTH, PLACE, toInstant, unitOf, UP_TO } from './times.ts'

type Groups = Record<string, string | undefined>

/** One way of asking. `example` is tested to mean what the row says. */
export interface Phrase {
  example: string
  pattern: RegExp
  means: (groups: Groups) => Operation[]
}

const CUT =
  '(?:(?:trim|remove|cut|delete|drop|skip|chop|snip|clip|erase|discard|strip|shave|get\\s+rid\\s+of|lose)(?:\\s+(?:out|off|away|down))?|take\\s+(?:out|off|away))'
const KEEP = '(?:only\\s+)?(?:keep|use|leave|retain|preserve|extract|show)(?:\\s+(?:only|just))?'
const VIDEO_NAME =
  '(?:it|(?:(?:the|this|my|that|each|every|all)\\s+)?(?:whole\\s+|entire\\s+)?(?:videos?|clips?|recordings?|footage|file|movie|timeline|audio|vlog|podcast|interview))'
const OF_VIDEO = `(?:\\s+(?:of|from|off|in|throughout|out\\s+of|for)\\s+${VIDEO_NAME})?`
const PART = '(?:(?:the\\s+)?(?:part|section|bit|segment|piece|range|portion|stretch|footage)\\s+)?'
const RANGE = `${PART}(?:from\\s+)?(?<a>${PLACE})${UP_TO}(?<b>${PLACE})${OF_VIDEO}`
const SILENT =
  '(?:silences?|(?:silent|quiet|empty|dead)\\s+(?:parts?|sections?|bits?|moments?|gaps?|passages?|pauses?|segments?|spaces?|spots?)|pauses?|dead\\s+air|gaps?)'
const FIRST = 'first|opening|initial|start'
const LAST = 'last|final|closing|ending'

const whole = (source: string) => new RegExp(`^${source}$`, 'iu')
const fromStart = (ms: number) => ({ anchor: 'start' as const, ms })
const fromEnd = (ms: number) => ({ anchor: 'end' as const, ms })
const isFirst = (edge = '') => /^(?:first|opening|initial|start|beginning|front|前|开头)/i.test(edge)

/** The first or last stretch of a timeline. */
const edge = (op: 'keep' | 'remove', { edge: which, length = '' }: Groups): Operation => {
  const ms = lengthMs(length)
  if (isFirst(which)) return { op, from: fromStart(0), to: fromStart(ms) }
  return { op, from: fromEnd(ms), to: fromEnd(0) }
}
const range = (op: 'keep' | 'remove', { a = '', b = '' }: Groups): Operation => ({
  op,
  from: toInstant(a, unitOf(b)),
  to: toInstant(b),
})

/** Every way of asking for a cut that is understood; the first row that matches a whole clause counts. */
export const PHRASES: Phrase[] = [
  {
    example: 'trim the silences',
    pattern: whole(
      `(?:${CUT}|tighten(?:\\s+up)?|clean\\s+up|close)\\s+(?:all\\s+)?(?:of\\s+)?(?:the\\s+|any\\s+|my\\s+)?(?:(?:long|awkward|unnecessary|empty|dead)\\s+)*${SILENT}${OF_VIDEO}`,
    ),
    means: () => [{ op: 'trim_silences' }],
  },
  {
    example: 'silence removal',
    pattern: whole(`(?:silence|pause)\\s+(?:removal|trimming|cutting)|(?:with\\s+)?no\\s+${SILENT}`),
    means: () => [{ op: 'trim_silences' }],
  },
  {
    example: 'trim the first & last 2 seconds',
    pattern: whole(`${CUT}\\s+(?:the\\s+)?first\\s*&\\s*last\\s+(?<length>${LENGTH})${OF_VIDEO}`),
    means: (groups) => [edge('remove', { ...groups, edge: 'first' }), edge('remove', { ...groups, edge: 'last' })],
  },
  {
    example: 'cut the first 5 seconds',
    pattern: whole(
      `${CUT}\\s+(?:the\\s+)?(?<edge>${FIRST}|${LAST})\\s+(?<length>${LENGTH})(?:\\s+(?:off|out|away))?${OF_VIDEO}`,
    ),
    means: (groups) => [edge('remove', groups)],
  },
  {
    example: 'trim 3 seconds off the end',
    pattern: whole(
      `${CUT}\\s+(?<length>${LENGTH})\\s+(?:from|off|at|of)\\s+(?:of\\s+)?(?:the\\s+)?(?<edge>start|beginning|front|end|ending)${OF_VIDEO}`,
    ),
    means: (groups) => [edge('remove', groups)],
  },
  {
    example: 'keep only the first 10 seconds',
    pattern: whole(`${KEEP}\\s+(?:the\\s+)?(?<edge>${FIRST}|${LAST})\\s+(?<length>${LENGTH})${OF_VIDEO}`),
    means: (groups) => [edge('keep', groups)],
  },
  {
    example: 'trim the clip to the last 10 seconds',
    pattern: whole(
      `(?:trim|cut|crop|shorten|reduce)(?:\\s+${VIDEO_NAME})?\\s+(?:down\\s+)?to\\s+(?:the\\s+)?(?<edge>${FIRST}|${LAST})\\s+(?<length>${LENGTH})`,
    ),
    means: (groups) => [edge('keep', groups)],
  },
  {
    example: 'shorten the video to 30 seconds',
    pattern: whole(
      `(?:(?:trim|cut|crop|shorten|limit|reduce)(?:\\s+${VIDEO_NAME})?\\s+(?:down\\s+)?to|make\\s+${VIDEO_NAME})\\s+(?<length>${LENGTH})(?:\\s+(?:long|only|max))?`,
    ),
    means: (groups) => [edge('keep', { ...groups, edge: 'first' })],
  },
  {
    example: 'cut everything except 0:10 to 0:20',
    pattern: whole(`${CUT}\\s+(?:everything|all)\\s+(?:except(?:\\s+for)?|but|outside(?:\\s+of)?)\\s+${RANGE}`),
    means: (groups) => [range('keep', groups)],
  },
  {
    example: 'remove everything after 0:30',
    pattern: whole(`${CUT}\\s+(?:everything|all|it|${PART})?\\s*(?:after|past|beyond)\\s+(?<a>${PLACE})${OF_VIDEO}`),
    means: ({ a = '' }) => [{ op: 'remove', from: toInstant(a), to: fromEnd(0) }],
  },
  {
    example: 'remove everything before 0:05',
    pattern: whole(
      `${CUT}\\s+(?:everything|all|it|${PART})?\\s*(?:before|until|up\\s+to)\\s+(?<a>${PLACE})${OF_VIDEO}`,
    ),
    means: ({ a = '' }) => [{ op: 'remove', from: fromStart(0), to: toInstant(a) }],
  },
  {
    example: 'keep only from 0:10 to 0:20',
    pattern: whole(`${KEEP}\\s+${RANGE}`),
    means: (groups) => [range('keep', groups)],
  },
  {
    example: 'trim from 0:10 to 0:20',
    pattern: whole(`(?:trim|crop)\\s+(?:${VIDEO_NAME}\\s+)?(?:(?:down\\s+)?to\\s+)?${RANGE}`),
    means: (groups) => [range('keep', groups)],
  },
  {
    example: 'cut out 0:10 to 0:20',
    pattern: whole(`${CUT}\\s+${RANGE}`),
    means: (groups) => [range('remove', groups)],
  },
  {
    example: 'start the video at 0:05',
    pattern: whole(`(?:start|begin)(?:\\s+${VIDEO_NAME})?\\s+(?:at|from)\\s+(?<a>${PLACE})`),
    means: ({ a = '' }) => [{ op: 'remove', from: fromStart(0), to: toInstant(a) }],
  },
  {
    example: 'end it at 0:30',
    pattern: whole(`(?:end|stop|finish)(?:\\s+${VIDEO_NAME})?\\s+at\\s+(?<a>${PLACE})`),
    means: ({ a = '' }) => [{ op: 'keep', from: fromStart(0), to: toInstant(a) }],
  },
]
