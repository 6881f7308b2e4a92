import cors from '@fastify/cors'
import fp from 'fastify-plugin'

const EXPOSED = [
  'Location',
  'Link',
  'ETag',
  'Retry-After',
  'X-Request-Id',
  'WWW-Authenticate',
  'Preference-Applied',
  'Idempotent-Replayed',
  'RateLimit',
  'RateLimit-Policy',
  'Content-Disposition',
  'Content-Range',
  'Accept-Ranges',
  'Allow',
]

/** Lets the pages of these origins call the API and read what it answers; without any, browsers let none. */
export const crossOrigin = fp<{ origins: readonly string[] }>(
  async (app, { origins }) => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('x-content-type-options', 'nosniff')
    })
    if (origins.length === 0) return
    await app.register(cors, {
      origin: origins.map((origin) => new URL(origin).origin),
      methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      exposedHeaders: EXPOSED,
      maxAge: 600,
      strictPreflight: false,
    })
  },
  { name: 'cross-origin' },
)
