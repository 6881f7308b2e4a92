/** What an API key may do. `admin` includes all others. */
export const SCOPES = ['jobs:read', 'jobs:write', 'webhooks:manage', 'credits:read', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Whether a key with these scopes may do what `needed` names. */
export const allows = (scopes: readonly Scope[], needed: Scope): boolean =>
  scopes.includes(needed) || scopes.includes('admin')
