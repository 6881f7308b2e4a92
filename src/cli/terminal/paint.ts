import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Colours a text where colour is wanted. */
export type Paint = (style: Style, text: string) => string

/** Colour on a terminal that wants it (NO_COLOR and FORCE_COLOR are obeyed), else none. */
export const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (style, text) =>
    styleText(style, text, { stream })

export const plain: Paint = (_style, text) => text
