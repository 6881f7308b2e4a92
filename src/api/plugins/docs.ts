import reference from '@scalar/fastify-api-reference'
import type { FastifyInstance } from 'fastify'
import { pageHeaders } from '../docs/page-policy.ts'
import { renderErrorsPage } from '../docs/errors-page.ts'

const FAVICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#111"/><path d="M5 4l7 4-7 4z" fill="#fff"/></svg>',
)}`

/** Pages for readers: `/docs`, on which requests can be tried, and `/docs/errors`. They load nothing from elsewhere. */
export async function docs(app: FastifyInstance): Promise<void> {
  app.addHook('onSend', async (_request, reply, payload) => {
    const isPage = String(reply.getHeader('content-type')).startsWith('text/html')
    if (isPage && typeof payload === 'string') reply.headers(pageHeaders(payload))
    return payload
  })

  const errorsPage = renderErrorsPage()
  app.get('/docs/errors', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(errorsPage),
  )
  await app.register(reference, {
    routePrefix: '/docs',
    configuration: {
      url: '/openapi.json',
      pageTitle: 'Clipyard API',
      theme: 'default',
      withDefaultFonts: false,
      telemetry: false,
      persistAuth: true,
      hideClientButton: true,
      showDeveloperTools: 'never',
      orderSchemaPropertiesBy: 'preserve',
      orderRequiredPropertiesFirst: false,
      favicon: FAVICON,
      documentDownloadType: 'direct',
      defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  })
}
