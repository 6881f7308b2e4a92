import type { FastifyInstance } from 'fastify'
import { badRequest } from '../engine-refusal.ts'
import type { EngineParts } from '../parts.ts'
import { ok } from '../protocol/envelopes.ts'

const MAX_CLIENT_ID = 64

/** `POST /api/auth/anonymous-token` */
export function tokenRoute(app: FastifyInstance, { accounts }: EngineParts): void {
  app.post('/api/auth/anonymous-token', async (request) => {
    const clientId = request.headers['x-client-id']
    if (typeof clientId !== 'string' || clientId.trim() === '') throw badRequest('The header X-Client-Id is missing')
    if (clientId.length > MAX_CLIENT_ID) throw badRequest(`X-Client-Id has more than ${MAX_CLIENT_ID} characters`)
    const { token, userId, expiresAt } = await accounts.issueToken(clientId)
    return ok({ token, user_id: userId, expires_at: new Date(expiresAt).toISOString() })
  })
}
