import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    knownRoutes: KnownRoutes
  }
}

/** Every route of the app; Fastify itself tells of a call only that no route matches it. Register first. */
export const knownRoutes = fp(
  async (app) => {
    const known = new KnownRoutes()
    app.decorate('knownRoutes', known)
    app.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) known.add(each, url)
    })
  },
  { name: 'known-routes' },
)

/** Routes by method and path. */
export class KnownRoutes {
  readonly #routes: { method: string; url: string; pattern: RegExp }[] = []

  add(method: string, url: string): void {
    if (!url.startsWith('*') && url !== '/*') this.#routes.push({ method, url, pattern: toPattern(url) })
  }

  /** The methods that a path takes; none where there is no such path. */
  methodsAt(path: string): string[] {
    const matching = this.#routes.filter(({ pattern }) => pattern.test(path))
    return [...new Set(matching.map(({ method }) => method))]
  }

  /** `GET /v1/jobs/:id`, one a route. */
  list(): string[] {
    return this.#routes.map(({ method, url }) => `${method} ${url}`)
  }
}

function toPattern(url: string): RegExp {
  const literal = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replace(/:\w+/g, '[^/]+').replace('*', '.*')}$`)
}
