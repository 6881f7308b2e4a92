/** The requests that are no edit. */
export type PlainRequest = 'export' | 'credits' | 'status' | 'upload'

const any = (...words: string[]) => `(?:${words.join('|')})`

const OF_A_VIDEO = any(
  'final',
  'finished',
  'edited',
  'complete',
  'completed',
  'full',
  'whole',
  'new',
  'current',
  'rendered',
)
const A_VIDEO = any(
  'video',
  'videos',
  'clip',
  'movie',
  'film',
  'mp4',
  'file',
  'cut',
  'version',
  'result',
  'output',
  'edit',
  'project',
)
const THE_VIDEO = any(
  'it',
  'this',
  'that',
  'everything',
  `${any('the', 'my', 'our', 'this', 'that', 'a')}? ?(?:${OF_A_VIDEO} )*${A_VIDEO}(?: file)?`,
)
const AS_MP4 = any(' as mp4', ' as an mp4', ' to mp4', ' in mp4')
const MP4_FORM = `(?:${AS_MP4}(?: file| video| format)?)?`
const EXPORT = any('export', 'download', 'render', 'save', 'output')

const CREDITS = any(
  'credits?',
  'credit balance',
  'balance',
  'account balance',
  'credits? left',
  'credits? remaining',
  'remaining credits?',
)
const TIMELINE = any(
  'timeline',
  'tracks',
  'tracks and segments',
  'status',
  'project status',
  'timeline status',
  'state',
)
const LOOK = any('show', 'show me', 'check', 'list', 'tell me', 'give me', 'get', 'display', 'view', 'see')
const CLIPS = any(
  'video',
  'videos',
  'clip',
  'clips',
  'file',
  'files',
  'footage',
  'photo',
  'photos',
  'image',
  'images',
  'picture',
  'pictures',
  'audio',
  'song',
  'media',
)

const ZH_VIDEO = any('(?:最终|完整|最后)?的?(?:视频|影片|成片|片子|成品|作品|文件|结果|最终版)', 'mp4', '它')
const ZH_EXPORT = any('导出', '输出', '下载', '渲染', '保存')
const ZH_LOOK = `${any('查看', '查询', '查', '看', '看看', '显示', '列出', '告诉我')}(?:一下)?`
const ZH_CREDITS = any('积分余额', '剩余积分', '账户余额', '积分', '余额')
const ZH_TIMELINE = any('当前|现在的?|项目|所有的?|全部的?|我的')
const ZH_TRACKS = any('状态', '轨道', '时间线', '时间轴', '进度', '轨道列表')
const ZH_CLIPS = any('视频', '文件', '素材', '影片', '图片', '照片', '音频', '音乐', '片段')

/**
 * What a whole instruction must be, less politeness and punctuation, in lower case. Nothing here may match a wish for
 * the picture or the sound: what does not match is an edit.
 */
export const REQUESTS: Readonly<Record<PlainRequest, readonly string[]>> = {
  export: [
    `${EXPORT}(?: ${THE_VIDEO})?${MP4_FORM}`,
    `${any('start', 'do', 'run', 'begin')} ${any('the export', 'the render', 'exporting', 'rendering', 'export', 'the download')}`,
    `${A_VIDEO} ${any('export', 'download')}|export time|ready to export|exporting`,
    `${any('send', 'give', 'get', 'bring', 'hand', 'deliver')} me ${THE_VIDEO}${MP4_FORM}`,
    `${any('send', 'deliver', 'hand over')} ${THE_VIDEO}(?: over)?${MP4_FORM}(?: to me)?`,
    `(?:i )?${any('have', 'get', 'want', 'need', 'would like')} ${any('the', 'my')} (?:${OF_A_VIDEO} )*${any('video', 'movie', 'mp4', 'file')}`,
    `(?:${any('send', 'give', 'get')} me )?(?:the |a |my )?(?:download|export) link`,
    `(?:${any('开始', '立即', '马上')})?${ZH_EXPORT}(?:${any('为', '成')}?${ZH_VIDEO})?`,
    `${ZH_VIDEO}${any('导出', '下载', '发给我', '发我', '发过来', '给我', '发送给我', '传给我', '保存')}(?:为mp4|成mp4)?`,
    `${any('发', '发送', '发给', '发过来', '给')}(?:我)?${ZH_VIDEO}`,
  ],
  credits: [
    `(?:${any('my', 'our', 'the account', 'account', 'current')} )?${CREDITS}`,
    `${LOOK} (?:${any('my', 'our', 'me my')} )?(?:current )?${CREDITS}`,
    `${any('what is', 'what are', 'how is', 'how are', 'what')} (?:my|our|the) (?:current |remaining )?${CREDITS}`,
    `how ${any('many', 'much')} credits? ${any('do (?:i|we) (?:still )?have(?: left| remaining)?', 'are left', 'is left', 'left', 'remain', 'remaining', 'have i got(?: left)?', 'are there')}`,
    `do (?:i|we) (?:still )?have ${any('any', 'enough', 'some')} credits?(?: left| remaining)?`,
    `(?:我的|当前|我)?${ZH_CREDITS}`,
    `${ZH_LOOK}(?:我的|当前|我)?${ZH_CREDITS}`,
    `(?:我的|我|账户|账号)?(?:现在|目前)?(?:还)?(?:有|剩|剩下|剩余)?多少${ZH_CREDITS}`,
    `(?:我的)?${ZH_CREDITS}(?:还)?(?:有|剩|剩下|剩余|是)?多少`,
  ],
  status: [
    `(?:${any('the', 'my', 'current', 'the current')} )?${TIMELINE}(?: update| report| check)?`,
    `${LOOK} (?:${any('the', 'my', 'all', 'all the', 'all tracks and', 'me the')} )?(?:current )?${TIMELINE}`,
    `what is (?:the|my) (?:current )?${any('status', 'state', 'project status')}(?: of ${any('the', 'my', 'this')} ${any('project', 'edit', 'video', 'job', 'timeline')})?`,
    `what is ${any('on', 'in')} (?:the|my) timeline`,
    `${any('what', 'which', 'how many')} tracks ${any('are there', 'do i have', 'are on the timeline', 'are in the timeline', 'exist')}`,
    `how is ${any('it', 'the project', 'the edit', 'my project')} going|where are we`,
    `(?:${ZH_LOOK})?(?:${ZH_TIMELINE})?${ZH_TRACKS}`,
    `${any('现在|目前|当前')}?(?:项目)?(?:是)?什么状态|状态(?:怎么样|如何|是什么)|进度(?:怎么样|如何)`,
    `(?:现在|目前)?(?:都)?有(?:哪些|什么|几个|几条|多少)轨道|时间线上有什么`,
  ],
  upload: [
    `upload(?:ing)?(?: ${any('it', 'this', 'these', 'them', 'that', 'those', `${any('the', 'my', 'this', 'these', 'our', 'all', 'all the', 'all my')}? ?${CLIPS}`)})?(?: only)?(?: to the ${any('project', 'session')})?`,
    `upload only|${CLIPS} upload`,
    `(?:只|仅)?上传(?:这个|这些|我的|这段|以下)?${ZH_CLIPS}?`,
    `(?:这个|这些|我的|这段)?${ZH_CLIPS}上传`,
  ],
}

/** What may stand before a request without being a wish. */
export const BEFORE: readonly string[] = [
  'please|pls|plz|kindly|hi|hello|hey|there|ok|okay|alright|right|great|perfect|nice|good|super|cool|awesome|excellent|thanks|thank you',
  'yes|yeah|yep|sure|now|then|so|just|simply|well|and|finally|lastly|also|only',
  '(?:can|could|would|will) (?:you|u|we|i)|would you mind|do you mind|may i|are you able to|i (?:want|need|wish|would like)(?: you)?(?: to)?',
  'let us|let me|go ahead|go ahead and|it is time to|time to|help me(?: to)?|be so kind as to|looks? (?:good|great|perfect|nice)|i love it|i like it',
  'that is (?:great|perfect|good|all|it)|all good|all done|well done|good job|we are done|i am (?:happy|done)|dear all|good (?:morning|evening)',
]

/** What may stand behind a request without being a wish. */
export const AFTER: readonly string[] = [
  'please|pls|plz|thanks|thank you|thank you (?:very|so) much|thanks a lot|many thanks|thx|ty|cheers|for me|for us|now|right now|right away',
  'already|again|asap|as soon as possible|if possible|if you can|when (?:it is |you are |this is )?(?:ready|done|finished)|then|ok|okay|today|immediately|here',
]

/** The same for Chinese, which has no spaces. */
export const ZH_BEFORE =
  '请问|请|麻烦(?:你|您)?|劳驾|帮我|帮忙|帮|可以|能不能|能否|可不可以|能|你好|您好|好的|好|那就|那|就|直接|现在|我想要|我想|我要|我需要|需要|给我|给|谢谢(?:你|您)?|把|将|很好|不错|最后|嗨|你|您|再'
export const ZH_AFTER = '谢谢(?:你|您)?|多谢|感谢|吧|吗|呢|啊|呀|哦|了|一下|好吗|可以吗|行吗|给我|谢了|请|么|现在|啦'
