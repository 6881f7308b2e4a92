import type { Phrase } from './phrases.ts'
import { lengthMs, LENGTH, PLACE, toInstant, unitOf, UP_TO } from './times.ts'

const CUT = '(?:去掉|去除|删除|删掉|剪掉|剪去|移除|裁掉|剪切)'
const whole = (source: string) => new RegExp(`^${source}$`, 'iu')

/** The commonest cuts, asked for in Chinese. */
export const CHINESE_PHRASES: Phrase[] = [
  {
    example: '去掉静音',
    pattern: whole(`${CUT}(?:所有|全部)?的?(?:静音|停顿|无声)(?:的?(?:片段|部分))?`),
    means: () => [{ op: 'trim_silences' }],
  },
  {
    example: '剪掉前5秒',
    pattern: whole(`${CUT}(?:视频)?(?:的)?(?:最?前面?|开头)(?:的)?\\s*(?<length>${LENGTH})`),
    means: ({ length = '' }) => [
      { op: 'remove', from: { anchor: 'start', ms: 0 }, to: { anchor: 'start', ms: lengthMs(length) } },
    ],
  },
  {
    example: '剪掉最后3秒',
    pattern: whole(`${CUT}(?:视频)?(?:的)?(?:最后|后面?|结尾)(?:的)?\\s*(?<length>${LENGTH})`),
    means: ({ length = '' }) => [
      { op: 'remove', from: { anchor: 'end', ms: lengthMs(length) }, to: { anchor: 'end', ms: 0 } },
    ],
  },
  {
    example: '只保留0:10到0:20',
    pattern: whole(`只?保留从?\\s*(?<a>${PLACE})${UP_TO}(?<b>${PLACE})(?:的?(?:部分|片段))?`),
    means: ({ a = '', b = '' }) => [{ op: 'keep', from: toInstant(a, unitOf(b)), to: toInstant(b) }],
  },
  {
    example: '删除0:10到0:20',
    pattern: whole(`${CUT}从?\\s*(?<a>${PLACE})${UP_TO}(?<b>${PLACE})(?:的?(?:部分|片段))?`),
    means: ({ a = '', b = '' }) => [{ op: 'remove', from: toInstant(a, unitOf(b)), to: toInstant(b) }],
  },
]
