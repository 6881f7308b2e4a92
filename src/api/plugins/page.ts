import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isUnchanged } from '../http/conditional.ts'
import { readWebFiles, type WebFile } from '../page/web-files.ts'

/** The page runs its own files only, calls nobody but this server, and makes no markup out of text. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const HEADERS = {
  'content-security-policy': POLICY,
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  // Asked again each time, answered with 304: a new version is never mixed with an old one.
  'cache-control': 'no-cache',
}

/** The page at `/`, for whoever would rather drop a clip than write a `curl`. Open to all: the calls it makes need the key. */
export async function page(app: FastifyInstance): Promise<void> {
  for (const file of readWebFiles()) {
    const url = file.name === 'index.html' ? '/' : `/web/${file.name}`
    app.get(url, { schema: { hide: true } }, async (request, reply) => send(request, reply, file))
  }
}

function send(request: FastifyRequest, reply: FastifyReply, { etag, contentType, body }: WebFile): FastifyReply {
  reply.headers(HEADERS).header('etag', etag)
  if (isUnchanged(request.headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.type(contentType).send(body)
}
