import type { FastifyInstance } from 'fastify'
import type { EngineParts } from '../parts.ts'
import { ok } from '../protocol/envelopes.ts'

/** `GET /api/credits/balance/simple` */
export function creditsRoute(app: FastifyInstance, { accounts }: EngineParts): void {
  app.get('/api/credits/balance/simple', async ({ userId }) => ok(await accounts.balance(userId)))
}
