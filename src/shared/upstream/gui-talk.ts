/** What a clause of a reply is to one who has no screen. */
export type Clause = 'words' | 'gui' | 'drag'

/** Where a verb is a request or an offer to a person, not a report of what was done. */
const ASKED = String.raw`(?:^\W*(?:\d+\W+)?|[,;:–—(]\s*|\b(?:or|and|then|to|can|could|may|might|should|must|just|please|simply|by|you|try|now|let's|always|still)\s+)`
const CONTROL = String.raw`(?:buttons?|icons?|panels?|tabs?|menus?|toolbar|sidebar|dialog|slider|dropdown)`
const PLACE = String.raw`(?:timeline|editor|preview|player|workspace|canvas|screen|browser|${CONTROL})`
const EXPORTING = String.raw`export(?:ing)?(?! of\b)`

const GUI: readonly RegExp[] = [
  new RegExp(String.raw`${ASKED}(?:(?:right|left|double)[- ])?click(?:ing)?\b(?! track)`, 'i'),
  new RegExp(
    String.raw`${ASKED}(?:tap|press|hit|push|toggle|select|choose|use)(?:ping|ing)?\b.*\b(?:${CONTROL}|export|play|save|download|render|undo|shortcut|ctrl|cmd)\b`,
    'i',
  ),
  new RegExp(
    String.raw`${ASKED}(?:open|expand|go to|head to|switch to|visit|navigate to|scroll)(?:ing)?\b.*\b(?:${PLACE}|project|library|settings|app|page|window)\b`,
    'i',
  ),
  new RegExp(
    String.raw`${ASKED}(?:pre-?view|view|see|check|watch|review|play|find|look|scrub|adjust|edit)(?:ing)?\b.*\b(?:in|on|from|at|through|via|using) (?:the |your |our )?(?:\w+ )?${PLACE}\b`,
    'i',
  ),
  new RegExp(String.raw`${ASKED}(?:check|review|preview|view|see) (?:out )?(?:the |your )?${PLACE}\b`, 'i'),
  new RegExp(String.raw`${ASKED}(?:ready to |go ahead and |me to )?${EXPORTING}\b`, 'i'),
  new RegExp(String.raw`\b(?:export|download|save|preview|play|undo|render|share|generate) ${CONTROL}\b`, 'i'),
  /(?<=[a-z,] )Export\b/,
  /(?:点击|单击|双击|右键|点按|轻点|点一下|按下).*/,
  /(?:^|请|可以?|需要|先|再|或者?|您|你|去|并)(?:在.{0,12})?打开(?!了).*/,
  /时间(?:线|轴)(?:上|中|里|面板)*.{0,4}(?:预览|查看|播放|检查)|(?:^|请|可以?|或者?|您|你|来)(?:先|直接)?(?:预览|查看|检查).*(?:时间线|时间轴|面板|画布|编辑器)/,
  /(?:^|请|可以?|即可|直接|随时|或者?|准备好?|就能|能|想|要)(?:直接|开始|马上|立即)?导出(?!了|完成|成功|失败)|导出按钮/,
]

const DRAG: readonly RegExp[] = [
  new RegExp(String.raw`${ASKED}(?:manually )?drag(?:ging)?\b`, 'i'),
  /\bdrag[- ]and[- ]drop(?:ping)?\b/i,
  new RegExp(
    String.raw`${ASKED}drop(?:ping)?\b .*\b(?:into|onto|in|on|to|at|here|after|before)\b.*\b(?:timeline|track|start|beginning|end|canvas|place|position|panel|clip|segment|here)\b`,
    'i',
  ),
  /^(?!.*(?:已经?|我(?:把|将)).*拖).*(?:拖拽|拖动|拖放|拖到|拖入|拖至|拖进)/,
]

/** Tells what a clause is: a step to drag something, talk of controls that nobody sees here, or plain words. */
export function clauseKind(clause: string): Clause {
  if (DRAG.some((pattern) => pattern.test(clause))) return 'drag'
  return GUI.some((pattern) => pattern.test(clause)) ? 'gui' : 'words'
}

const FROM_A_PANEL = new RegExp(
  String.raw`\s*\bfrom (?:the |your )?(?:\w+ )?(?:${CONTROL}|library|list|media|assets?)\b`,
  'gi',
)

/** A drag as the edit that it stands for: "drag the title to 0:05" is "move the title to 0:05". */
export function dragInWords(clause: string): string {
  const words = clause
    .replace(FROM_A_PANEL, '')
    .replace(/\bdrag(?:ging)?[- ]and[- ]drop(?:ping)?\b/gi, 'move')
    .replace(/\bdrag(?:ging)?\b(.*?)\band drop(?:ping)? (?:it|them|this|that)?\s*/gi, 'move$1')
    .replace(/\bdrag(?:ging)?\b/gi, 'move')
    .replace(/\bdrop(?:ping)?\b/gi, 'place')
    .replace(/拖(?:拽|动|放)?(?:到|至|入|进)/g, '移动到')
    .replace(/拖(?:拽|动|放)/g, '移动')
    .replace(
      /^\W*(?:(?:or|and|then|so|just|please|simply|now|also|next|alternatively|you (?:can|could|may|should|need to|have to|must|'ll need to|will need to)|to (?:finish|do this|do that)|try|by|manually)\b\s*,?\s*)+/i,
      '',
    )
    .replace(/^[，、\s]*(?:请|您|你|可以|需要|再|然后|手动|直接|或者?|并)+/, '')
    .replace(/\s+/g, ' ')
    .trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
