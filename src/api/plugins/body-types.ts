import multipart from '@fastify/multipart'
import fp from 'fastify-plugin'
import { parseRequest } from '../problems/parse-request.ts'
import type { z } from 'zod'
import { serializerCompiler } from 'fastify-type-provider-zod'

/** Which bodies are read and how requests are checked against their schemas. */
export const bodyTypes = fp(
  async (app) => {
    // Only JSON and forms: text/plain would let pages of other origins post without asking first.
    app.removeContentTypeParser('text/plain')
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text, done) =>
      done(null, new URLSearchParams(String(text))),
    )
    await app.register(multipart)

    app.setValidatorCompiler<z.ZodType>(({ schema }) => (value) => {
      try {
        return { value: parseRequest(schema, value) }
      } catch (error) {
        return { error: error as Error }
      }
    })
    app.setSerializerCompiler(serializerCompiler)
  },
  { name: 'body-types' },
)
