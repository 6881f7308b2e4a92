import { describe, expect, it } from 'vitest'
import { routeInstruction } from '../../../src/shared/upstream/route-instruction.ts'

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim())

const EXPORT = lines(`
  export
  Export!
  EXPORT.
  please export it
  Export, please
  export the video
  export this video please
  export my final video
  export the finished clip
  export it as mp4
  export as an MP4 file
  Export now
  just export
  can you export it?
  could you please export the video for me
  I'd like to export the video
  I want to export
  go ahead and export
  let's export
  Looks great, export it!
  ok, export
  Thanks! Now export it please.
  download
  download it
  please download the video
  I want to download the final video
  can I download it?
  download link
  give me the download link please
  send me the video
  Send me the video, please!
  send me the final video when it's ready
  send it to me
  send the video
  give me the file
  get me the finished mp4
  can I have the video?
  I want the video
  I need the final video
  render
  render it
  render the video please
  start the render
  start rendering
  start export
  save the video
  save it as mp4
  ready to export
  deliver it
  "export"
  ✅ export 🎬
  导出
  導出
  导出。
  请导出
  导出视频
  請導出視頻
  帮我导出视频，谢谢
  把视频导出
  导出成片
  导出为mp4
  导出 mp4
  导出吧
  可以导出了吗？
  开始导出
  我想导出
  下载
  下载视频
  我要下载视频
  把视频发给我
  把成片发我
  发我视频
  输出视频
  渲染
`)

const CREDITS = lines(`
  credits
  Credits?
  credit
  my credits
  show my credits
  show me my credits please
  check credits
  check my credit balance
  balance
  Balance, please.
  what's my balance?
  What is my balance
  what’s my current balance?
  what is the balance
  how many credits do I have?
  how many credits do I have left?
  how many credits are left
  how many credits left?
  how much credit do I have left
  do I have enough credits?
  do I have any credits left?
  remaining credits
  credits left
  account balance
  tell me my balance
  积分
  積分
  余额
  餘額
  我的积分
  查看积分
  查询余额
  帮我查一下积分
  还有多少积分
  我还剩多少积分？
  积分还剩多少
  积分余额
  余额还有多少？
  请问余额
`)

const STATUS = lines(`
  status
  Status?
  status please
  show status
  what's the status?
  what is the status of the project
  current status
  project status
  show tracks
  Show me the tracks
  show all tracks
  list tracks
  list the tracks
  which tracks are there?
  how many tracks are there
  timeline
  show the timeline
  show me the current timeline
  what's on the timeline?
  how's it going?
  状态
  狀態
  当前状态
  查看状态
  现在什么状态？
  轨道
  显示轨道
  顯示軌道
  查看所有轨道
  有哪些轨道
  时间线
  查看时间线
  进度怎么样
`)

const UPLOAD = lines(`
  upload
  upload this
  upload it please
  please upload the video
  upload these files
  upload my clips
  just upload
  upload only
  can you upload this video?
  上传
  上傳
  请上传
  上传视频
  上传这个文件
  帮我上传素材
  只上传
`)

const EDIT = lines(`
  trim silences, add transitions, and export a clean final cut
  add end credits
  balance the audio
  show a status bar
  put the upload date in the corner
  导出竖屏并加字幕
  export vertical
  export in 1080p
  export with subtitles
  export the first 10 seconds
  export only the audio
  export the subtitles
  export a gif
  don't export
  do not export it
  export and add music
  add music and export
  trim it, then send me the video
  send me the video with captions
  send me the video without the intro
  send me flowers in the video
  download some music
  download a song and add it
  render it in black and white
  render the sky blue
  save the best moments
  credits at the end
  roll the credits
  end credits
  add credits
  closing credits
  credits with my name
  white balance
  colour balance
  balance the colours
  fix the balance
  balance left and right
  stereo balance
  show the balance of power in a title
  status bar
  add a status overlay
  show tracks on a map
  show train tracks
  show me the tracks in the snow
  remove the audio tracks
  mute all tracks
  timeline of the war as text
  make the timeline shorter
  upload date in the corner
  add the upload date
  upload and trim
  upload it and add music
  add a progress bar
  make it vertical
  cut the first 3 seconds
  9:16
  导出并加字幕
  导出竖屏
  导出前10秒
  加字幕
  加字幕并导出
  加字幕然后导出视频
  不要导出
  先别导出
  片尾加积分
  显示积分榜
  显示余额变化的动画
  平衡音频
  添加状态栏
  加上上传日期
  上传日期放在角落
  下载一首歌加进去
  把视频变成竖屏
  把视频发给我并加上字幕
  时间线缩短到10秒
  轨道静音
  credits and status
  export, credits
  hello
  thanks
  !!!
`)

describe('what an instruction asks for', () => {
  it.each(EXPORT)('export: %s', (instruction) => expect(routeInstruction(instruction, false)).toBe('export'))
  it.each(CREDITS)('credits: %s', (instruction) => expect(routeInstruction(instruction, false)).toBe('credits'))
  it.each(STATUS)('status: %s', (instruction) => expect(routeInstruction(instruction, false)).toBe('status'))
  it.each(UPLOAD)('upload: %s', (instruction) => expect(routeInstruction(instruction, true)).toBe('upload'))
  it.each(EDIT)('edit: %s', (instruction) => expect(routeInstruction(instruction, false)).toBe('edit'))
  it.each(EDIT.slice(0, -3))('edit, also with clips: %s', (instruction) => {
    expect(routeInstruction(instruction, true)).toBe('edit')
  })

  it('is an upload where only files came', () => {
    expect(routeInstruction(null, true)).toBe('upload')
    expect(routeInstruction('  \n', true)).toBe('upload')
    expect(routeInstruction('thank you!', true)).toBe('upload')
  })

  it('is settled at once for a long text', () => {
    const startedAt = performance.now()
    expect(routeInstruction('please '.repeat(28), false)).toBe('edit')
    expect(routeInstruction('please export it '.repeat(10_000), false)).toBe('edit')
    expect(performance.now() - startedAt).toBeLessThan(500)
  })
})
