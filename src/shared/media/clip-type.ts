import { fileTypeFromBuffer } from 'file-type'

/** The formats that the upstream edits, by the content type that we call them. */
export const CLIP_FORMATS = {
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  avi: 'video/x-msvideo',
  webm: 'video/webm',
  mkv: 'video/matroska',
  jpg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
} as const

/** How many first bytes of a clip tell its type. */
export const SNIFF_BYTES = 4_100

/** Content type of a clip by its first bytes, or null when it is none of `CLIP_FORMATS`. Names and headers don't count. */
export async function clipTypeOf(start: Uint8Array): Promise<string | null> {
  const found = await fileTypeFromBuffer(start)
  if (!found) return null
  const extension = found.ext === ('m4v' as string) ? 'mp4' : found.ext
  return Object.hasOwn(CLIP_FORMATS, extension) ? CLIP_FORMATS[extension as keyof typeof CLIP_FORMATS] : null
}

/** Reads a stream's first bytes without losing them: `all` yields the whole stream again. */
export async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ start: Buffer; all: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let size = 0
  while (size < SNIFF_BYTES) {
    const next = await iterator.next()
    if (next.done) break
    chunks.push(next.value)
    size += next.value.byteLength
  }
  return { start: Buffer.concat(chunks), all: resume(chunks, iterator) }
}

async function* resume(chunks: Uint8Array[], iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}
