import send from '@fastify/send'
import type { FastifyInstance } from 'fastify'
import type { EngineParts } from '../parts.ts'
import { refused } from '../protocol/envelopes.ts'

const NAME = /^[A-Za-z0-9_-]{20,64}\.mp4$/

/** `GET|HEAD /outputs/<name>`: finished videos, with ranges. No token is asked for: the name can't be guessed. */
export function outputRoute(app: FastifyInstance, { folders }: EngineParts): void {
  app.get<{ Params: { name: string } }>('/outputs/:name', async ({ params, raw }, reply) => {
    if (!NAME.test(params.name)) return reply.code(404).send(refused(404, 'Not Found'))
    const { statusCode, headers, stream } = await send(raw, params.name, { root: folders.outputs, dotfiles: 'allow' })
    return reply.code(statusCode).headers(headers).send(stream)
  })
}
