import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ClipFacts } from '../analyse/clip-facts.ts'
import { badRequest } from '../engine-refusal.ts'
import type { EngineParts } from '../parts.ts'
import { ok } from '../protocol/envelopes.ts'
import { readBody } from '../protocol/read-body.ts'
import { appendClip } from '../timeline/append-clip.ts'
import { fetchClip } from './fetch-clip.ts'
import { fileEntry } from './file-entry.ts'

type Uploaded = ClipFacts & { name: string }

const UrlUpload = z.looseObject({ urls: z.array(z.string()).min(1).max(100), source_type: z.literal('url') })

/** `POST /api/upload-video/nemo_agent/me/<sid>`: files as multipart, or addresses to fetch them from. */
export function uploadRoute(app: FastifyInstance, parts: EngineParts): void {
  const { sessions } = parts
  app.post<{ Params: { sid: string } }>('/api/upload-video/nemo_agent/me/:sid', async (request) => {
    const { userId } = request
    const { sessionId } = sessions.get(request.params.sid, userId)
    const uploaded = request.isMultipart() ? await receive(request, parts) : await fetchAll(request.body, parts)
    if (uploaded.length === 0) throw badRequest('The field `files` is missing')
    await sessions.inTurn(sessionId, () => addToSession(parts, { sessionId, userId, uploaded }))
    return ok({ files: uploaded.map((clip) => fileEntry(clip, clip.name)), session_state_applied: true })
  })
}

/** Reads the request to its end even after a refusal, so that the client gets to read the answer. */
async function receive(request: FastifyRequest, { clips }: EngineParts): Promise<Uploaded[]> {
  const uploaded: Uploaded[] = []
  const refusals: unknown[] = []
  for await (const part of request.files()) {
    if (part.fieldname !== 'files' || refusals.length > 0) {
      await drain(part.file)
      continue
    }
    try {
      const facts = await clips.add(part.file, () => part.file.truncated)
      uploaded.push({ ...facts, name: shownName(part.filename) })
    } catch (error) {
      refusals.push(error)
    }
  }
  if (refusals.length > 0) throw refusals[0]
  return uploaded
}

async function fetchAll(body: unknown, parts: EngineParts): Promise<Uploaded[]> {
  const uploaded: Uploaded[] = []
  for (const url of readBody(UrlUpload, body).urls) {
    const { name, body: bytes } = await fetchClip(url, { signal: parts.signal, maxBytes: parts.config.maxUploadBytes })
    uploaded.push({ ...(await parts.clips.add(bytes)), name: shownName(name) })
  }
  return uploaded
}

/** What a session has already is not added again: repeating an upload is harmless. */
async function addToSession(
  { sessions }: EngineParts,
  { sessionId, userId, uploaded }: { sessionId: string; userId: string; uploaded: Uploaded[] },
): Promise<void> {
  let session = sessions.get(sessionId, userId)
  for (const clip of uploaded) {
    if (session.clips.some(({ hash }) => hash === clip.hash)) continue
    const draft = appendClip(session.draft, clip, clip.name)
    session = { ...session, draft, clips: [...session.clips, clip] }
  }
  await sessions.save(session)
}

async function drain(stream: Readable): Promise<void> {
  stream.resume()
  await new Promise((resolve) => stream.once('close', resolve))
}

/** Only shown, never a path: the last part of what the client called it. */
const shownName = (name: string | undefined) => (name ?? '').split(/[\\/]/).at(-1)?.slice(0, 200) || 'clip'
