import type { Position } from '../understand/operations.ts'
import type { Size } from './output-size.ts'
import type { TextOverlay } from './plan.ts'

/** Names inside the render's own folder, so that no path has to be escaped in a filter. */
export const FONT_FILE = 'font.ttf'
export const textFile = (index: number) => `text-${index}.txt`

const MARGIN = 0.05
/** Width of a letter of the usual sans fonts, in font sizes. */
const LETTER_WIDTH = 0.62

const X: Record<'left' | 'center' | 'right', string> = {
  left: `w*${MARGIN}`,
  center: '(w-text_w)/2',
  right: `w-text_w-w*${MARGIN}`,
}
const Y: Record<'top' | 'center' | 'bottom', string> = {
  top: `h*${MARGIN}`,
  center: '(h-text_h)/2',
  bottom: `h-text_h-h*${MARGIN}`,
}

const fontSize = ({ width, height }: Size) => Math.max(12, Math.round(Math.min(width, height) / 14))

/**
 * The filter that draws a text over its frames: from the first to the last, and on no other. The text itself comes
 * from a file and is not expanded, so nothing in it can become part of the graph.
 */
export const drawText =
  (size: Size) =>
  ({ position, frames }: TextOverlay, index: number): string => {
    const pixels = fontSize(size)
    const options = [
      `fontfile=${FONT_FILE}`,
      `textfile=${textFile(index)}`,
      'expansion=none',
      `fontsize=${pixels}`,
      'fontcolor=white',
      `box=1:boxcolor=black@0.65:boxborderw=${Math.round(pixels / 3)}`,
      `line_spacing=${Math.round(pixels / 5)}`,
      `x=${X[horizontal(position)]}`,
      `y=${Y[vertical(position)]}`,
      `enable='gte(n,${frames.from})*lt(n,${frames.to})'`,
    ]
    return `drawtext=${options.join(':')}`
  }

const horizontal = (position: Position) =>
  position.endsWith('left') ? 'left' : position.endsWith('right') ? 'right' : 'center'
const vertical = (position: Position) =>
  position.startsWith('top') ? 'top' : position.startsWith('bottom') ? 'bottom' : 'center'

/** A text in lines that fit across the picture, without control characters. */
export function wrapText(text: string, size: Size): string {
  const room = Math.max(8, Math.floor((size.width * (1 - 2 * MARGIN)) / (fontSize(size) * LETTER_WIDTH)))
  const words = text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .split(/\s+/u)
    .flatMap(chop(room))
  const lines: string[] = []
  for (const word of words) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word
    if (lines.length > 0 && longer.length <= room) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines.join('\n')
}

/** Cuts a word that is longer than a line, and texts that are written without spaces. */
const chop = (room: number) => (word: string) => {
  const letters = Array.from(new Intl.Segmenter().segment(word), ({ segment }) => segment)
  const pieces = Math.ceil(letters.length / room)
  return Array.from({ length: pieces }, (_none, index) => letters.slice(index * room, (index + 1) * room).join(''))
}
