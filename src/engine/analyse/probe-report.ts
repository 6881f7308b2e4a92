import { z } from 'zod'

const Text = z.string().optional()

const Stream = z.object({
  codec_type: Text,
  codec_name: Text,
  width: z.number().optional(),
  height: z.number().optional(),
  sample_aspect_ratio: Text,
  r_frame_rate: Text,
  avg_frame_rate: Text,
  channels: z.number().optional(),
  duration: Text,
  disposition: z.object({ attached_pic: z.number().optional() }).optional(),
  side_data_list: z.array(z.looseObject({ rotation: z.number().optional() })).optional(),
})
export type ProbedStream = z.infer<typeof Stream>

/** What ffprobe tells with `-of json`, as far as it is used. */
export const ProbeReport = z.object({
  streams: z.array(Stream).default([]),
  format: z.object({ format_name: z.string(), start_time: Text, duration: Text }),
})
export type ProbeReport = z.infer<typeof ProbeReport>

const seconds = (text: string | undefined) => (text === undefined || text === 'N/A' ? 0 : Number(text))

export const startSeconds = (report: ProbeReport) => seconds(report.format.start_time)
export const durationSeconds = (report: ProbeReport) => seconds(report.format.duration)

/** The first stream of real video; a cover picture inside a song is none. */
export const videoStream = ({ streams }: ProbeReport) =>
  streams.find((stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1)

export const audioStream = ({ streams }: ProbeReport) =>
  streams.find((stream) => stream.codec_type === 'audio' && (stream.channels ?? 0) > 0)

/** Size as shown: pixels made square, turned as the file asks. */
export function shownSize(stream: ProbedStream): { width: number; height: number } {
  const { width = 0, height = 0 } = stream
  const [sarNum = 1, sarDen = 1] = (stream.sample_aspect_ratio ?? '1:1').split(':').map(Number)
  const square = Math.round(width * (sarNum > 0 && sarDen > 0 ? sarNum / sarDen : 1))
  const turned = Math.abs(stream.side_data_list?.find((data) => data.rotation)?.rotation ?? 0) % 180 === 90
  return turned ? { width: height, height: square } : { width: square, height }
}
