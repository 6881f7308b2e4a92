import swagger from '@fastify/swagger'
import fp from 'fastify-plugin'
import { answer } from '../openapi/responses.ts'
import { toYaml } from '../openapi/contract.ts'
import { z } from 'zod'
import { DOCUMENT } from '../openapi/document.ts'
import { transform, transformObject } from '../openapi/transform.ts'

/** Writes the contract from the routes' schemas and serves it. Register before the routes. */
export const openapi = fp(
  async (app) => {
    await app.register(swagger, { openapi: DOCUMENT, transform, transformObject, exposeHeadRoutes: false })
    const route = (operationId: string, type: string) => ({
      operationId,
      tags: ['Operations'],
      summary: `This contract as ${type.split('/')[1]?.toUpperCase()}`,
      security: [],
      response: { 200: answer('OpenAPI 3.1', z.string(), type) },
    })
    app.get('/openapi.json', { schema: route('getOpenapiJson', 'application/json') }, async (_request, reply) =>
      reply.type('application/json').serializer(String).send(JSON.stringify(app.swagger())),
    )
    app.get('/openapi.yaml', { schema: route('getOpenapiYaml', 'application/yaml') }, async (_request, reply) =>
      reply.type('application/yaml').serializer(String).send(toYaml(app.swagger())),
    )
  },
  { name: 'openapi' },
)
