import { Problem } from '../../shared/errors/problems.ts'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { JobInput } from '../../shared/jobs/job-input.ts'
import { jobFile } from '../../shared/jobs/report.ts'
import { CLIP_FORMATS, clipTypeOf, peek } from '../../shared/media/clip-type.ts'
import { SizeLimitError, type Storage } from '../../shared/storage/storage.ts'
import { clipName } from './clip-name.ts'

/** Where a file goes that arrives with a request. */
export interface Intake {
  storage: Storage
  maxUploadBytes: number
  jobId: JobId
  signal: AbortSignal
}

interface IncomingFile {
  index: number
  filename: string | undefined
  bytes: AsyncIterable<Uint8Array>
}

/**
 * Streams a clip to storage, never holding more than its first bytes. Null for a form's file field that was left empty.
 * @throws Problem `unsupported_media_type`, `payload_too_large`
 */
export async function receiveFile(intake: Intake, file: IncomingFile): Promise<JobInput | null> {
  const { start, all } = await peek(file.bytes)
  if (start.length === 0) return emptyFile(file)
  const contentType = await clipTypeOf(start)
  if (contentType === null) throw unsupported(file)
  const { storage, maxUploadBytes, jobId, signal } = intake
  try {
    const stored = await storage.write(jobFile.input(jobId, file.index), all, { maxBytes: maxUploadBytes, signal })
    const name = clipName(file.filename, file.index, contentType)
    return { kind: 'upload', name, url: null, content_type: contentType, ...stored }
  } catch (error) {
    throw error instanceof SizeLimitError ? tooLarge(file, maxUploadBytes) : error
  }
}

const pointer = ({ index }: IncomingFile) => `#/file/${index}`

function emptyFile(file: IncomingFile): null {
  if (!file.filename) return null
  throw unsupported(file, 'a file of 0 bytes')
}

function unsupported(file: IncomingFile, got = 'content that is none of them'): Problem {
  const formats = Object.keys(CLIP_FORMATS).join(', ')
  const detail = `Expected a clip of one of these formats: ${formats}; got ${got}`
  return new Problem('unsupported_media_type', detail, {
    errors: [{ pointer: pointer(file), code: 'unsupported_format', detail }],
  })
}

function tooLarge(file: IncomingFile, maxBytes: number): Problem {
  const detail = `Expected a clip of at most ${maxBytes} bytes, got a longer one; compress or cut it`
  return new Problem('payload_too_large', detail, {
    errors: [{ pointer: pointer(file), code: 'too_large', detail }],
  })
}
