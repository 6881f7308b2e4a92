import fp from 'fastify-plugin'

/** Names every request in its answer, so that a caller's report leads to our log. */
export const requestId = fp(
  async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      reply.header('x-request-id', request.id)
    })
  },
  { name: 'request-id' },
)
