import type { Operation } from './operations.ts'

const SIZES: [RegExp, 720 | 1080][] = [
  [/1080\s*p|1920\s*[x×*]\s*1080|1080\s*[x×*]\s*1920|full[\s-]?hd|fhd/i, 1080],
  [/720\s*p|1280\s*[x×*]\s*720|720\s*[x×*]\s*1280/i, 720],
]
const NAME =
  '(?:1080\\s*p|720\\s*p|1920\\s*[x×*]\\s*1080|1080\\s*[x×*]\\s*1920|1280\\s*[x×*]\\s*720|720\\s*[x×*]\\s*1280|full[\\s-]?hd|fhd)(?:\\d+)?'
const ASKING =
  '(?:(?:export|render|save|download|output|resize|rescale|upscale|downscale|scale|convert|set|change|make|导出|输出)(?:\\s+(?:it|this|(?:the|my)\\s+)?\\s*(?:video|clip|result|file|resolution|size|output|quality)?)?\\s*)?'
const WISH = new RegExp(
  `${ASKING}(?:(?:in|at|to|as|with|into|of|be|为|成)\\s*)?(?:an?\\s+)?(?<![\\w.])${NAME}(?![\\w])(?:\\s+(?:resolution|quality|hd|video|mp4|file|version))*`,
  'gi',
)

/** Takes "1080p" and its like out of an instruction, wherever it stands; the last one counts. */
export function takeOutputSize(text: string): { rest: string; operations: Operation[] } {
  const wishes = text.match(WISH) ?? []
  const last = wishes.at(-1)
  const height = last && SIZES.find(([pattern]) => pattern.test(last))?.[1]
  if (!height) return { rest: text, operations: [] }
  return { rest: text.replace(WISH, ' '), operations: [{ op: 'resize', height }] }
}
