import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { EngineParts } from '../parts.ts'
import { ok } from '../protocol/envelopes.ts'
import { readBody } from '../protocol/read-body.ts'
import { fileEntry } from './file-entry.ts'

const CLAIM_LIFE_SECONDS = 604_800

const NewSession = z.looseObject({ task_name: z.string().optional(), language: z.string().nullish() })
const Claim = z.looseObject({ task_id: z.string(), session_id: z.string() })

/** Sessions: a new one, its state, and a link to claim it. */
export function sessionRoutes(app: FastifyInstance, { sessions }: EngineParts): void {
  app.post('/api/tasks/me/with-session/nemo_agent', async ({ body, userId }) => {
    readBody(NewSession, body)
    const { taskId, sessionId } = await sessions.create(userId)
    return ok({ task_id: taskId, session_id: sessionId, user_id: userId })
  })

  app.get<{ Params: { sid: string } }>('/api/state/nemo_agent/me/:sid/latest', async ({ params, userId }) => {
    const { draft, clips } = sessions.get(params.sid, userId)
    const videos = clips.filter(({ kind }) => kind === 'video').map((clip) => fileEntry(clip, clip.name))
    const state = { ...(draft ? { draft } : {}), video_infos: videos, generated_media: [], user_id: userId }
    return ok({ state })
  })

  app.post('/api/auth/claim-token', async ({ body, userId }) => {
    sessions.get(readBody(Claim, body).session_id, userId)
    const token = `clm_${randomBytes(24).toString('base64url')}`
    return ok({ claim_token: token, expires_in: CLAIM_LIFE_SECONDS })
  })
}
