import type { FastifyRequest } from 'fastify'
import type { JobInput } from '../../shared/jobs/job-input.ts'
import { BODY_LIMIT_BYTES } from '../body-limit.ts'
import { invalid } from '../problems/parse-request.ts'
import { tooLarge } from '../problems/to-problem.ts'
import { MAX_INPUTS } from '../schemas/create-job.ts'
import type { FormField } from './form-members.ts'
import { receiveFile, type Intake } from './receive-file.ts'

const MAX_FIELDS = 40

/** Reads a multipart form part by part; files are in storage when it resolves. Fields and files may come in any order. */
export async function readMultipart(
  request: FastifyRequest,
  intake: Intake,
): Promise<{ fields: FormField[]; files: JobInput[] }> {
  refuseHopeless(request, intake)
  const fields: FormField[] = []
  const files: JobInput[] = []
  let fieldBytes = 0
  for await (const part of request.parts(LIMITS)) {
    if (part.type === 'file') {
      refuseOther(part.fieldname)
      const bytes = part.file as AsyncIterable<Uint8Array>
      const file = await receiveFile(intake, { index: files.length, filename: part.filename || undefined, bytes })
      if (file) files.push(file)
    } else {
      const parsed = part.mimetype.startsWith('application/json')
      fieldBytes += typeof part.value === 'string' ? Buffer.byteLength(part.value) : 0
      if (part.valueTruncated || fieldBytes > BODY_LIMIT_BYTES) throw tooLarge(BODY_LIMIT_BYTES)
      fields.push({ name: part.fieldname, value: part.value, parsed })
    }
  }
  return { fields, files }
}

const LIMITS = {
  limits: {
    fieldSize: BODY_LIMIT_BYTES,
    fields: MAX_FIELDS,
    files: MAX_INPUTS,
    fileSize: Number.MAX_SAFE_INTEGER,
    parts: MAX_FIELDS + MAX_INPUTS,
    headerPairs: 20,
  },
  // `curl -F request=@job.json` sends the JSON as a file.
  isPartAFile: (name: string | undefined, contentType: string | undefined, filename: string | undefined) =>
    name !== 'request' && (contentType === 'application/octet-stream' || filename !== undefined),
}

/** A length that no allowed form can have is refused before a byte of it is read. */
function refuseHopeless({ headers }: FastifyRequest, { maxUploadBytes }: Intake): void {
  const most = MAX_INPUTS * maxUploadBytes + 2 * BODY_LIMIT_BYTES
  if (Number(headers['content-length'] ?? 0) > most) throw tooLarge(most)
}

function refuseOther(fieldName: string): void {
  if (fieldName === 'file') return
  const detail = 'Expected clips in parts named file, got one under another name; with curl: -F file=@clip.mp4'
  throw invalid([{ pointer: `#/${encodeURIComponent(fieldName)}`, code: 'unknown_member', detail }])
}
