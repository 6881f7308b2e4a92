const BEFORE =
  /^(?:please|kindly|pls|(?:can|could|would|will)\s+you|i(?:'d|\s+would)\s+like\s+(?:you\s+)?to|i\s+(?:want|need)\s+(?:you\s+)?to|let's|also|just|simply|now|next|finally|lastly|first(?=\s+(?:trim|cut|remove|add|keep|put))|secondly|(?:auto(?:matically)?)|go\s+ahead|help\s+me(?:\s+to)?|to|hi|hello|hey|thanks|thank\s+you|请|麻烦|帮我|把|我想|我要)(?![a-z])\s*/i
const AFTER =
  /\s*(?<![a-z])(?:please|pls|thanks|thank\s+you|for\s+me|too|as\s+well|now|if\s+possible|吧|谢谢|automatically)$/i

const VIDEO = '(?:it|this|that|them|me|my|the|a|an|all|us)'
const TALK = new RegExp(
  `^(?:(?:export|save|render|download|send|give|deliver|output|produce|create|return|finish|done|ok|okay|yes|well|so|first|second|${VIDEO}|as|in|to|into|with|of|at|for|final|clean|finished|edited|new|single|nice|good|high|best|quality|result|results|video|videos|clip|clips|cut|version|file|format|mp4|movie|master|timeline|ready|you|edit|resolution)(?:\\s+|$)|导出|输出|保存|下载|渲染|视频|成|为|成片|mp4|\\s)*$`,
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
