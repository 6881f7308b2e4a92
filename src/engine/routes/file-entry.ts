import type { ClipFacts } from '../analyse/clip-facts.ts'
import { framesPerSecond } from '../timeline/frame-rate.ts'

/** A file as the protocol tells of it; `duration` in seconds. Its address names the content, and no server. */
export const fileEntry = (clip: ClipFacts, name: string) => ({
  filename: name,
  file_type: clip.kind,
  cdn_url: `engine:///clips/${clip.hash}`,
  duration: clip.durationMs / 1000,
  width: clip.width,
  height: clip.height,
  ...(clip.kind === 'video' ? { fps: Math.round(framesPerSecond(clip.rate) * 1000) / 1000 } : {}),
  hash: clip.hash,
})
