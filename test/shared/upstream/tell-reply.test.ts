import { describe, expect, it } from 'vitest'
import { tellReply } from '../../../src/shared/upstream/tell-reply.ts'

const KEPT = [
  'Done. 4.2s of silence removed.',
  'I removed the mouse click sound at 0:03.',
  'Added a drop shadow to the title.',
  'I dropped the volume of the music by 30%.',
  'I opened with a wide shot and dragged the title to 0:05.',
  'The opening title is now 3 s long.',
  'Added the title "Click Export now!" at the start.',
  'Synced the cuts to the click track.',
  'Moved the beat drop to 0:12.',
  'The export is done.',
  'Added music to hit the beat.',
  'Which track should I use?',
  'Let me know if you want other colours!',
  'The clip on the timeline now has 5 segments.',
  '已删除 2 段静音，时间线缩短了 4.2 秒。',
  '已添加标题“点击导出”。',
  '视频已导出。',
  '我已将标题拖到开头。',
  '已打开降噪。',
]

const DROPPED = [
  'Preview it in the timeline or click Export.',
  'Click the Export button to download your video.',
  'You can click on the play icon to watch it.',
  'Please tap Export in the top right corner.',
  'Open the timeline panel to see the result.',
  'You can preview the result in the timeline.',
  'Feel free to export when ready.',
  "When you're happy, hit Export!",
  'If you like it, click Export.',
  'Would you like me to export it?',
  'Check the preview panel.',
  'Right-click the segment and choose Delete.',
  'Export it whenever you want.',
  'Next steps:\n- Click **Export**\n- Open the editor',
  '点击“导出”按钮即可下载。',
  '请打开时间线面板查看效果。',
  '您可以在时间线中预览。',
  '可以直接导出。',
]

const SPLIT: [string, string][] = [
  ['Done. 4.2s of silence removed.\nPreview it in the timeline or click Export.', 'Done. 4.2s of silence removed.'],
  ['I trimmed the silences, click Export to download.', 'I trimmed the silences.'],
  ['Trimmed the silences — you can preview the result in the timeline.', 'Trimmed the silences.'],
  ['Your video is ready! Open the timeline panel to see the result.', 'Your video is ready!'],
  ['Added two titles and you can preview them in the editor.', 'Added two titles.'],
  ['I cut 3 clips; then click Play.', 'I cut 3 clips.'],
  ['First line.\n\nClick Export.\n\nLast line.', 'First line.\n\nLast line.'],
  ['已删除2段静音。点击“导出”按钮即可下载。', '已删除2段静音。'],
  ['已添加字幕，您可以在时间线中预览。', '已添加字幕。'],
]

const DRAGS: [string, string, string][] = [
  ['Please drag the clip to the start of the timeline.', 'Move the clip to the start of the timeline.', ''],
  [
    'You can drag and drop the music track from the media panel to 0:05, then click Play.',
    'Move the music track to 0:05.',
    '',
  ],
  ['I found the clip. Drag it to 0:10.', 'Move it to 0:10.', 'I found the clip. '],
  ["I can't do that, you could drag the title to the end.", 'Move the title to the end.', "I can't do that. "],
  ['Drop the logo onto the text track.', 'Place the logo onto the text track.', ''],
]

describe('a reply in API terms', () => {
  it.each(KEPT)('keeps: %s', (text) => {
    expect(tellReply([text])).toEqual({ messages: [text], asksToDrag: false, dragSteps: [] })
  })

  it.each(DROPPED)('drops: %s', (text) => {
    expect(tellReply([text])).toEqual({ messages: [], asksToDrag: false, dragSteps: [] })
  })

  it.each(SPLIT)('of %j says %j', (text, message) => {
    expect(tellReply([text]).messages).toEqual([message])
  })

  it.each(DRAGS)('of %j tells the step %j', (text, step, before) => {
    expect(tellReply([text])).toEqual({
      messages: [`${before}Still to do: ${step}`],
      asksToDrag: true,
      dragSteps: [step],
    })
  })

  it.each([
    ['请将标题拖拽到开头。', '将标题移动到开头。'],
    ['请把片段拖到第 5 秒。', '把片段移动到第 5 秒。'],
    ['您可以手动拖动字幕到结尾', '移动字幕到结尾。'],
  ])('of %j tells the step %j', (text, step) => {
    expect(tellReply([text])).toEqual({ messages: [`待办：${step}`], asksToDrag: true, dragSteps: [step] })
  })

  it('tells each text apart, and is silent where nothing was said', () => {
    expect(tellReply(['One.', 'Click Export.', '', 'Two.']).messages).toEqual(['One.', 'Two.'])
    expect(tellReply([])).toEqual({ messages: [], asksToDrag: false, dragSteps: [] })
  })

  it('has no word of controls left in what it tells', () => {
    const all = [...DROPPED, ...SPLIT.map(([text]) => text), ...DRAGS.map(([text]) => text)]
    const told = tellReply(all).messages.join('\n')
    expect(told).not.toMatch(/\b(click|open|drag|drop|preview|button|panel|export)\b|点击|打开|拖|导出/i)
  })

  it('takes a long reply in its stride', () => {
    const text = 'You can, and then, or so, to the '.repeat(3000)
    const startedAt = performance.now()
    tellReply([text])
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })
})
