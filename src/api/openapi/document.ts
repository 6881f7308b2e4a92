import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'

type OpenApi = NonNullable<FastifyDynamicSwaggerOptions['openapi']>

/** The part of the contract that no route says. */
export const DOCUMENT: OpenApi = {
  openapi: '3.1.0',
  info: {
    title: 'Clipyard',
    version: '1.0.0',
    description: 'Clips and a sentence in, finished videos out.',
  },
  servers: [{ url: '/', description: 'This server' }],
  security: [{ apiKey: [] }],
  components: {
    securitySchemes: {
      apiKey: { type: 'http', scheme: 'bearer', description: 'An API key' },
    },
  },
}
