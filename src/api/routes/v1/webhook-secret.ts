import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { ApiDeps } from '../../api-deps.ts'
import { answer, problemResponses } from '../../openapi/responses.ts'
import { tenantOf } from '../../plugins/auth.ts'
import { WebhookSecret } from '../../schemas/jobs.ts'

const schema = {
  operationId: 'getWebhookSecret',
  tags: ['Webhooks'],
  summary: "Read the secret that signs the webhooks of jobs' own URLs",
  response: { 200: answer('The secret', WebhookSecret), ...problemResponses() },
}

/** `GET /v1/webhook-secret` */
export const webhookSecret: FastifyPluginAsyncZod<ApiDeps> = async (app, deps) => {
  app.get('/webhook-secret', { schema, config: { scope: 'webhooks:manage' } }, async (request, reply) => {
    const secret = await deps.webhookSecret(tenantOf(request))
    reply.header('cache-control', 'no-store')
    return { secret: secret.reveal() }
  })
}
