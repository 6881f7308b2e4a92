import type { FastifyRequest, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import type { LinkSigner } from '../../shared/crypto/link-signer.ts'
import { Problem } from '../../shared/errors/problems.ts'
import type { TenantId } from '../../shared/jobs/ids.ts'
import type { KeyStore } from '../../shared/tenants/key-store.ts'
import { allows, type Scope } from '../../shared/tenants/scopes.ts'
import type { Clock } from '../../shared/time/clock.ts'

/** Who calls: the owner of a key, or anyone who was handed a signed link to this very address. */
export type Caller = { kind: 'key'; tenant: TenantId } | { kind: 'link' }

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null
  }
  interface FastifyContextConfig {
    /** What a key needs to call the route. Every route under `auth` names one. */
    scope?: Scope
    /** A signed link opens it too. */
    signedLinks?: boolean
  }
}

interface AuthDeps {
  apiKeys: KeyStore
  links: LinkSigner
  clock: Clock
}

/** Lets in who may: every route of the scope it is registered in says what it takes. */
export const auth = fp<AuthDeps>(
  async (app, deps) => {
    app.decorateRequest('caller', null)
    app.addHook('onRoute', mustNameScope)
    app.addHook('onRequest', async (request) => {
      if (!request.is404) request.caller = await identify(request, deps)
    })
  },
  { name: 'auth' },
)

/** The tenant whose key was shown. */
export function tenantOf(request: FastifyRequest): TenantId {
  if (request.caller?.kind !== 'key') throw new TypeError(`${request.url} was reached without a key`)
  return request.caller.tenant
}

function mustNameScope({ method, url, config }: RouteOptions): void {
  if (!config?.scope && method !== 'OPTIONS') throw new TypeError(`${String(method)} ${url} names no scope`)
}

async function identify(request: FastifyRequest, { apiKeys, links, clock }: AuthDeps): Promise<Caller> {
  const { scope, signedLinks } = request.routeOptions.config
  const { expires, signature } = request.query as Record<string, unknown>
  if (signedLinks && typeof signature === 'string' && typeof expires === 'string') {
    const path = request.url.split('?', 1)[0] ?? ''
    if (links.verify(path, { expires, signature }, clock.now())) return { kind: 'link' }
    throw new Problem('unauthenticated', 'Expected a link that is still good, got one that has expired or was changed')
  }
  return { kind: 'key', tenant: await tenantOfKey(bearerToken(request), scope ?? 'admin', apiKeys) }
}

function bearerToken({ headers }: FastifyRequest): string {
  const [, token] = /^Bearer +([\x21-\x7e]{1,200}) *$/i.exec(headers.authorization ?? '') ?? []
  if (token) return token
  throw new Problem('unauthenticated', 'Expected the header "Authorization: Bearer <API key>", got none like it')
}

async function tenantOfKey(token: string, scope: Scope, apiKeys: KeyStore): Promise<TenantId> {
  const key = await apiKeys.find(token)
  if (!key) throw new Problem('unauthenticated', 'Expected an API key of this server, got one that it does not know')
  if (allows(key.scopes, scope)) return key.tenant
  throw new Problem('missing_scope', `Expected a key with the scope ${scope}, got one with ${key.scopes.join(', ')}`)
}
