import { execFile } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const ffmpeg = async (...args: string[]) => {
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], { maxBuffer: 1 << 26 })
}

interface Picture {
  /** ffmpeg's way of writing a rate: `30`, `30000/1001`. */
  fps?: string
  width?: number
  height?: number
}

export interface FlashAndBeep extends Picture {
  seconds: number
  /** When a flash and a beep begin together, in frames; one every second unless given. ffmpeg takes up to 90 here. */
  beepFrames?: number[]
  beepMs?: number
  /** Arguments put before the output's name, to change codec or container. */
  encode?: string[]
  sound?: boolean
}

const FLASH_FRAMES = 2
const TONE_HZ = 1000

export const rateOf = (fps: string) => {
  const [num = 30, den = 1] = fps.split('/').map(Number)
  return num / den
}

/** A beep and a flash of two frames begin at exactly the same instant, once a second; between them it is dark and quiet. */
export async function flashAndBeepClip(path: string, clip: FlashAndBeep): Promise<string> {
  const { seconds, fps = '30', width = 320, height = 180, beepMs = 80, sound = true } = clip
  const rate = rateOf(fps)
  const frames = clip.beepFrames ?? everySecond(seconds, rate)
  const flash = frames.map((frame) => `between(n,${frame},${frame + FLASH_FRAMES - 1})`).join('+') || '0'
  const tone = frames.map((frame) => `between(t,${frame / rate},${frame / rate + beepMs / 1000})`).join('+') || '0'
  const dark = `color=c=0x101010:s=${width}x${height}:r=${fps}:d=${seconds}`
  const code = `drawtext=text='%{pts\\:hms}':fontcolor=gray:fontsize=${Math.max(10, Math.round(height / 12))}:x=4:y=4`
  const picture = `${dark},${code},drawbox=t=fill:color=white:enable='${flash}',format=yuv420p[v]`
  const tones = `aevalsrc='0.5*sin(2*PI*${TONE_HZ}*t)*(${tone})':s=48000:d=${seconds}[a]`
  await mkdir(dirname(path), { recursive: true })
  const graph = [
    '-filter_complex',
    sound ? `${picture};${tones}` : picture,
    '-map',
    '[v]',
    ...(sound ? ['-map', '[a]'] : []),
  ]
  const usual = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', '-b:a', '128k']
  await (clip.encode ? encodeTwice(graph, clip.encode, path) : ffmpeg(...graph, ...usual, path))
  return path
}

/** ffmpeg 5.1 hands the first frame of a generated sound to an encoder in a size that not every one takes. */
async function encodeTwice(graph: string[], encode: string[], path: string) {
  const lossless = `${path}.lossless.mkv`
  await ffmpeg(...graph, '-c:v', 'ffv1', '-c:a', 'pcm_s16le', lossless)
  await ffmpeg('-i', lossless, ...encode, path)
  await rm(lossless)
}

const everySecond = (seconds: number, rate: number) =>
  Array.from({ length: Math.floor(seconds) }, (_none, second) => Math.round((second + 0.5) * rate))

/** Frames at which the picture turns white. */
export async function detectFlashes(path: string): Promise<number[]> {
  const shrink = ['-vf', 'scale=1:1:flags=area,format=gray', '-fps_mode', 'passthrough']
  const bytes = await rawOutput(['-i', path, '-map', '0:v:0', ...shrink, '-f', 'rawvideo'])
  return [...bytes].flatMap((level, index) => (level > 128 && (bytes[index - 1] ?? 0) <= 128 ? [index] : []))
}

/** Seconds at which sound begins after quiet. `quietMs` of less than a hundredth of full scale is quiet. */
export async function detectBeeps(path: string, quietMs = 20): Promise<number[]> {
  const rate = 48_000
  const bytes = await rawOutput(['-i', path, '-map', '0:a:0', '-ac', '1', '-ar', `${rate}`, '-f', 's16le'])
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1)
  const beeps: number[] = []
  let lastLoud = -Infinity
  for (const [index, sample] of samples.entries()) {
    if (Math.abs(sample) < 1_500) continue
    if (index - lastLoud > (quietMs / 1000) * rate) beeps.push(index / rate)
    lastLoud = index
  }
  return beeps
}

async function rawOutput(args: string[]): Promise<Buffer> {
  const options = { maxBuffer: 1 << 28, encoding: 'buffer' as const }
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-nostdin', ...args, 'pipe:1'], options)
  return stdout
}

export interface Probed {
  durationMs: number
  video: { codec: string; width: number; height: number; frames: number; fps: string; pixelFormat: string; sar: string }
  audio: { codec: string; sampleRate: number; channels: number; durationMs: number } | null
  /** Whether the header stands before the data, so that a player can begin at once. */
  streams: number
}

type ProbedStream = Record<string, string | number | undefined> & { codec_type: string }

/** What a finished video is; frames are counted, not believed. */
export async function probe(path: string): Promise<Probed> {
  const wanted = ['-count_frames', '-show_streams', '-show_format', '-of', 'json']
  const { stdout } = await run('ffprobe', ['-v', 'error', ...wanted, path])
  const told = JSON.parse(stdout) as { streams: ProbedStream[]; format: { duration: string } }
  const video = told.streams.find(({ codec_type: type }) => type === 'video')
  const audio = told.streams.find(({ codec_type: type }) => type === 'audio')
  if (!video) throw new Error(`${path} has no picture`)
  return {
    durationMs: Math.round(Number(told.format.duration) * 1000),
    streams: told.streams.length,
    video: {
      codec: String(video['codec_name']),
      width: Number(video['width']),
      height: Number(video['height']),
      frames: Number(video['nb_read_frames']),
      fps: String(video['r_frame_rate']),
      pixelFormat: String(video['pix_fmt']),
      sar: String(video['sample_aspect_ratio']),
    },
    audio: audio
      ? {
          codec: String(audio['codec_name']),
          sampleRate: Number(audio['sample_rate']),
          channels: Number(audio['channels']),
          durationMs: Math.round(Number(audio['duration']) * 1000),
        }
      : null,
  }
}

/** A part of the picture, in fractions of its sides. */
export interface Region {
  x: number
  y: number
  width: number
  height: number
}

export const BOTTOM: Region = { x: 0.2, y: 0.8, width: 0.6, height: 0.2 }
export const TOP: Region = { x: 0.2, y: 0, width: 0.6, height: 0.2 }

/**
 * Frames in which a region has pixels of a text: near white on a dark picture. Frames that are white as a whole do not
 * count.
 */
export async function framesWithText(path: string, region: Region = BOTTOM): Promise<number[]> {
  const [width, height] = [96, 32]
  const crop = `crop=iw*${region.width}:ih*${region.height}:iw*${region.x}:ih*${region.y}`
  const filter = ['-vf', `${crop},scale=${width}:${height}:flags=neighbor,format=gray`, '-fps_mode', 'passthrough']
  const bytes = await rawOutput(['-i', path, '-map', '0:v:0', ...filter, '-f', 'rawvideo'])
  const size = width * height
  return Array.from({ length: bytes.length / size }, (_none, index) => index).filter((index) => {
    const white = bytes.subarray(index * size, (index + 1) * size).filter((level) => level > 190).length
    return white > 4 && white < size * 0.9
  })
}

/** Whether a text is seen in a region at a time. */
export async function textBoxVisible(path: string, timeMs: number, region: Region = BOTTOM): Promise<boolean> {
  const { video } = await probe(path)
  const frame = Math.floor((timeMs / 1000) * rateOf(video.fps) + 1e-6)
  return (await framesWithText(path, region)).includes(frame)
}
