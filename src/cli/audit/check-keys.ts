import { FIRST_TENANT, type SessionId, type TenantId } from '../../shared/jobs/ids.ts'
import type { Auditor } from './auditor.ts'
import { keyReader, type KnownKey } from './key-rules.ts'
import { forEachOf, keysOf } from './walk.ts'

/** Takes stock of all keys: each is one that keys.ts spells. */
export async function takeStock(audit: Auditor): Promise<void> {
  const { redis, namespace } = audit.deps
  const read = keyReader(namespace)
  const seen = new Set<string>()
  for await (const portion of keysOf(redis, namespace)) {
    for (const key of portion) {
      if (seen.has(key)) continue // SCAN may tell a key twice
      seen.add(key)
      const known = read(key)
      if (known === null) audit.fault('unknown_key', key, 'no line of keys.ts spells it')
      else audit.know(known)
    }
  }
  audit.looked.keys = seen.size
}

/** Every key belongs to the cell, goes by itself, or has an owner that is there. */
export async function checkOwners(audit: Auditor): Promise<void> {
  for (const known of audit.known.values()) {
    await forEachOf(known, async (key) => {
      const why = await whyOwnerless(audit, key)
      // It may have gone with its owner in between.
      if (why !== null && (await audit.deps.redis.exists(key.key)) === 1) audit.fault(...why)
    })
  }
}

type Why = Parameters<Auditor['fault']> | null

async function whyOwnerless(audit: Auditor, known: KnownKey): Promise<Why> {
  const { key, rule, name, parts } = known
  const [owner = ''] = parts
  switch (rule) {
    case 'cell':
    case 'channel':
      return null
    case 'expires':
      return (await audit.deps.redis.pttl(key)) === -1 ? ['endless_key', key, 'it has no expiry'] : null
    case 'tenant':
      return (await isTenant(audit, owner)) ? null : ['ownerless_key', key, `there is no tenant ${owner}`]
    case 'session':
      return (await isSession(audit, owner)) ? null : ['ownerless_key', key, `there is no session ${owner}`]
    case 'job':
      return (await audit.isJob(owner)) ? null : ['ownerless_key', key, `there is no job ${owner}`]
    case 'bullmq':
      return whyNoLeg(audit, key, owner)
    case 'record':
      return name === 'session' ? whyNoSession(audit, key, owner as SessionId) : whyNoTenant(audit, known)
  }
}

async function isTenant({ deps: { redis, keys } }: Auditor, id: string): Promise<boolean> {
  return id === FIRST_TENANT || (await redis.exists(keys.tenant(id as TenantId))) === 1
}

async function isSession({ deps: { redis, keys } }: Auditor, id: string): Promise<boolean> {
  return (await redis.exists(keys.session(id as SessionId))) === 1
}

/** What BullMQ keeps of a leg begins with the leg's id: the job's, a dot, the epoch. */
async function whyNoLeg(audit: Auditor, key: string, rest: string): Promise<Why> {
  const job = /^(job_[0-9A-Z]+)\.\d+/.exec(rest)?.[1]
  return job === undefined || (await audit.isJob(job)) ? null : ['ownerless_key', key, `a leg of ${job}, which is gone`]
}

/** A session is kept by its jobs, or for a time of its own. */
async function whyNoSession(audit: Auditor, key: string, id: SessionId): Promise<Why> {
  const { redis, keys } = audit.deps
  audit.looked.sessions += 1
  const kept = (await redis.exists(keys.sessionJobs(id))) === 1 || (await redis.pttl(key)) !== -1
  return kept ? null : ['ownerless_key', key, 'no job of this session is left']
}

/** An API key belongs to its tenant; tenants and jobs to nobody. */
async function whyNoTenant(audit: Auditor, { key, name }: KnownKey): Promise<Why> {
  if (name !== 'apiKey') return null
  const tenant = (await audit.deps.redis.hget(key, 'tenant')) ?? ''
  return (await isTenant(audit, tenant))
    ? null
    : ['ownerless_key', key, `there is no tenant ${tenant || 'named in it'}`]
}
