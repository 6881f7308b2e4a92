import { describe, expect, it } from 'vitest'
import { CHINESE_PHRASES } from '../../src/engine/understand/chinese-phrases.ts'
import type { Instant, Operation, Position } from '../../src/engine/understand/operations.ts'
import { PHRASES } from '../../src/engine/understand/phrases.ts'
import { understand } from '../../src/engine/understand/understand.ts'

const at = (seconds: number): Instant => ({ anchor: 'start', ms: Math.round(seconds * 1000) })
const back = (seconds: number): Instant => ({ anchor: 'end', ms: Math.round(seconds * 1000) })
const remove = (from: Instant, to: Instant): Operation => ({ op: 'remove', from, to })
const keep = (from: Instant, to: Instant): Operation => ({ op: 'keep', from, to })
const first = (seconds: number) => remove(at(0), at(seconds))
const last = (seconds: number) => remove(back(seconds), back(0))
const silences: Operation = { op: 'trim_silences' }
const size = (height: 720 | 1080): Operation => ({ op: 'resize', height })
interface When {
  from?: Instant
  to?: Instant
  seconds?: number
  position?: Position
}
const text = (words: string, when: When = {}): Operation => ({
  op: 'add_text',
  text: words,
  from: when.from ?? at(0),
  to: when.to ?? null,
  lengthMs: (when.seconds ?? 3) * 1000,
  position: when.position ?? 'bottom',
})

const UNDERSTOOD: [string, Operation[]][] = [
  ['trim silences', [silences]],
  ['Trim the silences.', [silences]],
  ['remove the pauses', [silences]],
  ['cut out all the dead air', [silences]],
  ['please remove all silent parts from the video', [silences]],
  ['get rid of awkward silences', [silences]],
  ['cut the long pauses', [silences]],
  ['automatically trim silences', [silences]],
  ['remove silences and pauses and dead air', [silences]],
  ['trim silences and export a clean MP4', [silences]],
  ['Can you trim the silences, please, and then save the video as a clean mp4', [silences]],
  ['去掉静音', [silences]],
  ['请帮我删除所有停顿，导出', [silences]],
  ['trim the first 5 seconds', [first(5)]],
  ['cut the first 5 s', [first(5)]],
  ['remove the first 2.5s of the clip', [first(2.5)]],
  ['trim the last 10 seconds', [last(10)]],
  ['cut off the last 3 sec', [last(3)]],
  ['delete the final half a minute', [last(30)]],
  ['drop the opening 1m30s', [first(90)]],
  ['trim 3 seconds off the end', [last(3)]],
  ['cut five seconds from the beginning of the video', [first(5)]],
  ['trim the first and last 2 seconds', [first(2), last(2)]],
  ['remove the first 5 seconds and the last 3 seconds', [first(5), last(3)]],
  ['trim the first minute', [first(60)]],
  ['cut the first second', [first(1)]],
  ['cut the first 1 minute and 30 seconds', [first(90)]],
  ['剪掉前5秒', [first(5)]],
  ['剪掉最后3秒', [last(3)]],
  ['keep only the first 10 seconds', [keep(at(0), at(10))]],
  ['keep the last 1:30', [keep(back(90), back(0))]],
  ['only keep the first 10 s', [keep(at(0), at(10))]],
  ['shorten it to 30 seconds', [keep(at(0), at(30))]],
  ['cut the video down to one minute', [keep(at(0), at(60))]],
  ['make it 15 seconds long', [keep(at(0), at(15))]],
  ['keep from 0:10 to 0:20', [keep(at(10), at(20))]],
  ['keep only 0:10 - 0:20', [keep(at(10), at(20))]],
  ['keep the part from 1:02:03 to 1:02:10.5', [keep(at(3723), at(3730.5))]],
  ['trim from 0:10 to 0:20', [keep(at(10), at(20))]],
  ['trim the video from 5s to 8s', [keep(at(5), at(8))]],
  ['trim to 0:10-0:20', [keep(at(10), at(20))]],
  ['keep 0:01 to 0:02 and 0:04 to 0:05', [keep(at(1), at(2)), keep(at(4), at(5))]],
  ['cut everything except 0:10 to 0:20', [keep(at(10), at(20))]],
  ['end the video at 0:30', [keep(at(0), at(30))]],
  ['保留0:10到0:20', [keep(at(10), at(20))]],
  ['cut from 0:10 to 0:20', [remove(at(10), at(20))]],
  ['cut 5 to 10 seconds', [remove(at(5), at(10))]],
  ['remove 1 to 2 minutes', [remove(at(60), at(120))]],
  ['cut out the section between 0:10 and 0:20', [remove(at(10), at(20))]],
  ['delete from 12.5s until the end', [remove(at(12.5), back(0))]],
  ['remove from the start to 0:04', [first(4)]],
  ['remove everything after 0:30', [remove(at(30), back(0))]],
  ['cut everything before 0:05', [first(5)]],
  ['start the clip at 0:05', [first(5)]],
  ['start at 0:05 and end at 0:30', [first(5), keep(at(0), at(30))]],
  ["add the text 'Hello' at 0:02", [text('Hello', { from: at(2) })]],
  [
    'add text "Hello, and welcome; then go" from 0:02 to 0:05',
    [text('Hello, and welcome; then go', { from: at(2), to: at(5) })],
  ],
  ['add a title “Paradise Found”', [text('Paradise Found')]],
  ["put 'X' at the top for 4 s", [text('X', { seconds: 4, position: 'top' })]],
  ["add caption 'it's me' in the top left corner", [text("it's me", { position: 'top_left' })]],
  ['show "The End" at the end', [text('The End', { from: back(3), to: back(0) })]],
  ['add the text "Bye" at the end for 2 seconds', [text('Bye', { from: back(2), to: back(0), seconds: 2 })]],
  ['add title "Hi" at the start, in the center', [text('Hi', { position: 'center' })]],
  ['at 0:02, add the text "A"', [text('A', { from: at(2) })]],
  [
    'add text "A" at the top and "B" at the bottom right',
    [text('A', { position: 'top' }), text('B', { position: 'bottom_right' })],
  ],
  ['add a caption saying "Yo" for the whole video', [text('Yo', { to: back(0) })]],
  ['display "Intro" during the first 2 seconds', [text('Intro', { to: at(2) })]],
  ['add the text "trim the silences" at 1s', [text('trim the silences', { from: at(1) })]],
  ['添加文字“你好”在顶部', [text('你好', { position: 'top' })]],
  ['export 1080p', [size(1080)]],
  ['resize it to 720p', [size(720)]],
  ['make the video full hd', [size(1080)]],
  ['export as a 720p mp4 please', [size(720)]],
  ['trim silences in 1080p', [silences, size(1080)]],
  [
    "Trim the silences, add the title 'Day 1' at 0:00 for 2s and export in 1080p",
    [silences, text('Day 1', { seconds: 2 }), size(1080)],
  ],
  ['add text "720p" at the top', [text('720p', { position: 'top' })]],
]

describe('understanding an instruction', () => {
  it.each(UNDERSTOOD)('understands: %s', (words, operations) => {
    expect(understand(words)).toEqual({ operations, notUnderstood: [] })
  })

  it.each([...PHRASES, ...CHINESE_PHRASES].map((phrase) => [phrase.example, phrase] as const))(
    'has an example for each phrase that leads to it: %s',
    (example, phrase) => {
      const row = [...PHRASES, ...CHINESE_PHRASES].find(({ pattern }) => pattern.test(example))
      expect(row).toBe(phrase)
    },
  )

  it.each<[string, Operation[], string[]]>([
    ['add transitions', [], ['add transitions']],
    ['trim silences, add transitions, and export a clean final cut', [silences], ['add transitions']],
    ['make it more dramatic', [], ['make it more dramatic']],
    ['add end credits', [], ['add end credits']],
    ['balance the audio', [], ['balance the audio']],
    ['export in 4k', [], ['export in 4k']],
    ['trim the video', [], ['trim the video']],
    ['remove the text "Hello"', [], ['remove the text "Hello"']],
    ['add text "A" in pink', [], ['add text "A" in pink']],
    ['Add Transitions and trim the last 3 s', [last(3)], ['Add Transitions']],
    ['speed up the video 2x; cut the first 2 s', [first(2)], ['speed up the video 2x']],
    ['trim the first minute of fame', [], ['trim the first minute of fame']],
  ])('names what it does not understand, in the words that came: %s', (words, operations, notUnderstood) => {
    expect(understand(words)).toEqual({ operations, notUnderstood })
  })

  it.each(['please', 'export', 'Save the video as an MP4, thanks', 'download', 'a clean final cut', '请导出视频', ''])(
    'takes "%s" for a courtesy, not for a wish',
    (words) => {
      expect(understand(words)).toEqual({ operations: [], notUnderstood: [] })
    },
  )

  it('stays fast on hostile text', () => {
    const began = performance.now()
    understand(`trim ${'the first '.repeat(2_000)}`)
    understand(`add text ${'"'.repeat(5_000)}`)
    understand(`${'a '.repeat(5_000)}from 1 to 2`)
    expect(performance.now() - began).toBeLessThan(1_000)
  })
})
