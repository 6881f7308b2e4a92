import { access } from 'node:fs/promises'
import { readProgram } from '../programs/run-program.ts'
import { RenderFault } from './render-fault.ts'

const USUAL_PATHS = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  '/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf',
  '/usr/share/fonts/TTF/DejaVuSans.ttf',
  '/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf',
  '/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf',
  '/System/Library/Fonts/Helvetica.ttc',
  '/Library/Fonts/Arial.ttf',
]

/**
 * The file of a font that has the text's letters, as far as one is installed.
 * @throws RenderFault where there is no font at all.
 */
export async function findFont(text: string, signal: AbortSignal): Promise<string> {
  const letters = [...new Set(text)].map((letter) => letter.codePointAt(0) ?? 0).filter((code) => code > 0x20)
  const charset = letters
    .slice(0, 64)
    .map((code) => code.toString(16))
    .join(' ')
  const matched = await readProgram('fc-match', ['-f', '%{file}', `sans:charset=${charset}`], { signal }).catch(
    () => null,
  )
  const candidates = [...(matched?.exitCode === 0 && matched.stdout !== '' ? [matched.stdout] : []), ...USUAL_PATHS]
  for (const path of candidates) {
    if (await isThere(path)) return path
  }
  throw new RenderFault('No font was found for the text: install one, for example the package fonts-dejavu-core')
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )
