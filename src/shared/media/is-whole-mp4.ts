import { open, type FileHandle } from 'node:fs/promises'

/** A head with its 64-bit form. */
const HEAD_BYTES = 16
const SMALLEST_BOX_BYTES = 8
const NEEDED = ['moov', 'mdat']

/**
 * Whether an MP4 has all the bytes that its boxes announce. A player shows a file that was cut off as if it were shorter,
 * and a probe reads only its head, so neither tells. Files of other kinds count as whole: their end can't be known here.
 */
export async function isWholeMp4(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { size: fileBytes } = await file.stat()
    const found = new Set<string>()
    let at = 0
    while (at < fileBytes) {
      const box = await readBox(file, at, fileBytes)
      if (at === 0 && box?.type !== 'ftyp') return true
      if (box === null) return false
      found.add(box.type)
      at += box.bytes
    }
    return at === fileBytes && NEEDED.every((type) => found.has(type))
  } finally {
    await file.close()
  }
}

/** The box that begins at a place; null where there is none that makes sense. A size of 0 reaches to the file's end. */
async function readBox(
  file: FileHandle,
  at: number,
  fileBytes: number,
): Promise<{ type: string; bytes: number } | null> {
  const { buffer: head, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, at)
  if (bytesRead < SMALLEST_BOX_BYTES) return null
  const type = head.toString('latin1', 4, 8)
  const small = head.readUInt32BE(0)
  if (small === 0) return { type, bytes: fileBytes - at }
  const bytes = small === 1 && bytesRead === HEAD_BYTES ? Number(head.readBigUInt64BE(8)) : small
  return bytes < SMALLEST_BOX_BYTES ? null : { type, bytes }
}
