import type { FastifyInstance } from 'fastify'
import type { Config } from '../shared/config.ts'

/** The base of links: PUBLIC_URL, or where the server listens, which a port 0 tells only once it does. */
export function publicAddress(config: Config['http']): { url: () => string; listensOn(app: FastifyInstance): void } {
  let port = config.port
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return {
    url: () => config.publicUrl ?? `http://${host}:${port}`,
    listensOn(app) {
      const address = app.server.address()
      if (typeof address === 'object' && address) port = address.port
    },
  }
}
