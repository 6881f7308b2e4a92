import multipart from '@fastify/multipart'
import fastify, { type FastifyInstance } from 'fastify'
import type { EngineParts } from './parts.ts'
import { answerErrors } from './protocol/answer-errors.ts'
import { addAuthentication } from './protocol/authenticate.ts'
import { creditsRoute } from './routes/credits.ts'
import { messageRoute } from './routes/message.ts'
import { outputRoute } from './routes/output.ts'
import { renderRoutes } from './routes/renders.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { tokenRoute } from './routes/token.ts'
import { uploadRoute } from './routes/upload.ts'

/** A draft comes back in the body of a render. */
const MAX_BODY_BYTES = 32 * 1024 * 1024
const MAX_FILES = 100

/** Puts the engine's server together; it does not listen yet. */
export async function buildEngineApp(parts: EngineParts): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
  })
  answerErrors(app, parts.log)
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: { fileSize: parts.config.maxUploadBytes, files: MAX_FILES },
  })
  tokenRoute(app, parts)
  outputRoute(app, parts)
  await app.register(async (guarded) => {
    addAuthentication(guarded, parts.accounts)
    sessionRoutes(guarded, parts)
    uploadRoute(guarded, parts)
    creditsRoute(guarded, parts)
    messageRoute(guarded, parts)
    renderRoutes(guarded, parts)
  })
  return app
}
