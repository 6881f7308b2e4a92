const BEFORE =
  /^(?:please|kindly|pls|(?:can|could|would|will)\s+you|i(?:'d|\s+would)\s+like\s+(?:you\s+)?to|i\s+(?:want|need)\s+(?:you\s+)?to|let's|also|just|simply|now|next|finally|lastly|first(?=\s+(?:trim|cut|remove|add|keep|put))|secondly|(?:auto(?:matically)?)|go\s+ahead|help\s+me(?:\s+to)?|to|hi|hello|hey|thanks|thank\s+you|请|麻烦|帮我|把|我想|我要)(?![a-z])\s*/i
const AFTER =
  /\s*(?<![a-z])(?:please|pls|thanks|thank\s+you|for\s+me|too|as\s+well|now|if\s+possible|吧|谢谢|automatically)$/i

const THING =
  'it|this|that|them|me|my|the|a|an|all|us|as|in|to|into|with|of|at|for|final|clean|finished|edited|new|single|nice|good|high|best|quality|results?|videos?|clips?|cut|version|file|format|mp4|movie|master|edit|resolution'
const EXPORT =
  'export|save|render|download|send|give|deliver|output|produce|create|return|finish|导出|输出|保存|下载|渲染'
const COURTESY = 'first|second|third|ok|okay|yes|well|so|done|ready|thanks|you|成片|成|视频'
/** A clause may begin with "cut" or "first" and mean it: the former is no thing there, the latter stands alone. */
const TALK = new RegExp(
  `^(?:(?:${COURTESY})|(?!cut|edit)(?:(?:${EXPORT})\\s*)?(?:(?:${THING})(?:\\s+|$)|视频|为|成片|成|mp4)*)$`,
  'i',
)

/** A clause without its courtesies. */
export function withoutPoliteness(clause: string): string {
  let rest = clause.replace(/[.!?:：]+$/u, '').trim()
  for (let before = ''; before !== rest;) {
    before = rest
    rest = rest.replace(BEFORE, '').replace(AFTER, '').trim()
  }
  return rest
}

/** Whether nothing is asked for but what happens anyway: every edit ends with an export. */
export const isTalk = (clause: string) => TALK.test(clause)
