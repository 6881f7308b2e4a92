import type { Secret } from '../config/secret.ts'
import type { TenantId } from '../jobs/ids.ts'

/** Knows the `whsec_…` that signs what goes to the URLs of a tenant's jobs. */
export interface WebhookSecrets {
  of(tenant: TenantId): Promise<Secret>
}
