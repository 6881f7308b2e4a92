import type { FastifyInstance } from 'fastify'
import { badToken } from '../engine-refusal.ts'
import type { Accounts } from '../store/accounts.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose token the request carries; empty where none is asked for. */
    userId: string
  }
}

/** Asks for a good token on every route of `app`. */
export function addAuthentication(app: FastifyInstance, accounts: Accounts): void {
  app.decorateRequest('userId', '')
  app.addHook('onRequest', async (request) => {
    const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined) throw badToken()
    request.userId = accounts.userOf(token)
  })
}
