import type { DeliveryId, JobId, SessionId, TenantId } from '../jobs/ids.ts'
import type { JobStatus } from '../jobs/states.ts'
import type { DeliveryStatus } from '../webhooks/delivery-status.ts'

/** The cell's hash tag: all its keys share it, so that each script stays in one slot of a cluster. */
const CELL = '{c0}'

/**
 * Every key that Clipyard owns; nothing else spells one. `namespace` is `clipyard` but for tests.
 * Each line says type, meaning, expiry.
 */
export function createKeys(namespace = 'clipyard') {
  const prefix = `${namespace}:${CELL}`
  return {
    /** Prefix of BullMQ's own keys. */
    bullmq: () => prefix,

    /** HASH: one job's record. Expires RETENTION_DAYS after its end. */
    job: (id: JobId | '') => `${prefix}:job:${id}`,
    /** STRING: how many jobs the cell has accepted; a job's place in the order of acceptance. */
    accepted: () => `${prefix}:accepted`,

    /** ZSET: a tenant's jobs by time of acceptance. Members go with their job. */
    tenantJobs: (tenant: TenantId) => `${prefix}:jobs:${tenant}`,
    /** ZSET: the same, one for each status; `''` gives the prefix for scripts. */
    tenantJobsByStatus: (tenant: TenantId, status: JobStatus | '') => `${prefix}:jobs:${tenant}:status:${status}`,
    /** ZSET: jobs of one session by time of acceptance. */
    sessionJobs: (session: SessionId) => `${prefix}:session:${session}:jobs`,
    /** ZSET: jobs of a tenant with this external id (hashed) by time of acceptance. */
    externalJobs: (tenant: TenantId, hash: string) => `${prefix}:jobs:${tenant}:external:${hash}`,

    /** ZSET: a tenant's jobs that may be leased, by priority and order of acceptance. */
    ready: (tenant: TenantId | '') => `${prefix}:ready:${tenant}`,
    /** ZSET: tenants that have ready jobs, by the turn in which they were last served. */
    readyTenants: () => `${prefix}:ready-tenants`,
    /** ZSET: jobs that sleep, by the Redis time (ms) at which they are ready again. */
    wake: () => `${prefix}:wake`,
    /** ZSET: leased jobs by the Redis time (ms) at which the lease ends. */
    leases: () => `${prefix}:leases`,
    /** ZSET: jobs that have a start_by or finish_by ahead, by its epoch ms. Members go when the job ends. */
    deadlines: () => `${prefix}:deadlines`,
    /** ZSET: ended jobs by the epoch ms at which they expire. */
    expiring: () => `${prefix}:expiring`,
    /** STRING: some worker has done this duty of upkeep, which is done once for the whole cell. Expires with its turn. */
    upkeepTurn: (duty: string) => `${prefix}:upkeep-turn:${duty}`,
    /** STRING: the owner behind which the sweep of storage goes on. No expiry. */
    sweepPlace: () => `${prefix}:sweep-place`,
    /** CHANNEL: something became ready. */
    readySignal: () => `${prefix}:ready-signal`,
    /** CHANNEL: id of a job that should stop wherever it is. */
    stopSignal: () => `${prefix}:stop-signal`,
    /** CHANNEL: `<job id> <status>` after each move. */
    jobSignal: () => `${prefix}:job-signal`,

    /** HASH: tenant, upstream ids. Expires RETENTION_DAYS after its last job. */
    session: (id: SessionId) => `${prefix}:session:${id}`,
    /** ZSET: the session's jobs that have not ended, in order of acceptance; only the first may run. `''`: prefix. */
    sessionLine: (id: SessionId | '') => `${prefix}:session-line:${id}`,

    /** STREAM: every event of the cell, the outbox of all deliveries. Trimmed by age (RETENTION_DAYS). */
    events: () => `${prefix}:events`,
    /** STRING: number of the tenant's last event. */
    eventSequence: (tenant: TenantId) => `${prefix}:event-sequence:${tenant}`,

    /** HASH: one delivery of one event to one URL. Expires RETENTION_DAYS after its last try. */
    delivery: (id: DeliveryId | '') => `${prefix}:delivery:${id}`,
    /** ZSET: a tenant's deliveries by time. Members that are older than any delivery lives are cut off. */
    tenantDeliveries: (tenant: TenantId) => `${prefix}:deliveries:${tenant}`,
    /** ZSET: the same, one for each status; `''` gives the prefix for scripts. */
    tenantDeliveriesByStatus: (tenant: TenantId, status: DeliveryStatus | '') =>
      `${prefix}:deliveries:${tenant}:status:${status}`,
    /** ZSET: lanes that hold deliveries to be tried, by the Redis time (ms) of their next turn. */
    deliveryLanes: () => `${prefix}:delivery-lanes`,
    /** ZSET: one destination's deliveries by the Redis time (ms) of the next try; of one being tried, of its lease's end. */
    deliveryLane: (lane: string) => `${prefix}:delivery-lane:${lane}`,
    /** ZSET: deliveries of one job, by time. Expires RETENTION_DAYS after the last try of any. */
    jobDeliveries: (id: JobId) => `${prefix}:job:${id}:deliveries`,

    /** HASH: tenant, name, scopes of an API key, by its SHA-256. */
    apiKey: (sha256: string) => `${prefix}:api-key:${sha256}`,
    /** HASH: name, webhook secret (sealed). */
    tenant: (id: TenantId) => `${prefix}:tenant:${id}`,

    /** HASH: whether calls may be made at an upstream account, or why not and until when. Expires after 7 days untouched. */
    gate: (account: string, scope: 'all' | 'messages') => `${prefix}:gate:${account}:${scope}`,
    /** ZSET: jobs that wait for that gate to open, by the Redis time (ms) at which they came. Expires likewise. */
    parked: (account: string, scope: 'all' | 'messages') => `${prefix}:gate:${account}:${scope}:parked`,

    /** ZSET: jobs that stream a message at an upstream account, by the Redis time (ms) at which the slot comes back. */
    messageSlots: (account: string) => `${prefix}:message-slots:${account}`,
    /** HASH: how many of them the account bears since it asked us to slow down. Expires 6 hours after the last change. */
    messageLimit: (account: string) => `${prefix}:message-limit:${account}`,
    /** ZSET: a tenant's jobs in line for a slot, by priority and order of acceptance; `''`: prefix. Members go when called. */
    messageLine: (account: string, tenant: TenantId | '') => `${prefix}:message-line:${account}:${tenant}`,
    /** ZSET: tenants with jobs in line for a slot, by the turn in which they were last called. */
    messageTurns: (account: string) => `${prefix}:message-turns:${account}`,
    /** ZSET: jobs that spend an upstream account's credits, by the Redis time (ms) at which they surely have. 30 days. */
    spending: (account: string) => `${prefix}:spending:${account}`,
    /** HASH: how often another job began to spend than the one before, and which was the last. Expires after 30 days. */
    spendingTurn: (account: string) => `${prefix}:spending-turn:${account}`,
    /** LIST: how the last renders at an upstream account went (JSON), newest first; 200. Expires 30 days after the last. */
    seenRenders: (account: string) => `${prefix}:seen-renders:${account}`,
    /** STRING: polls that the budget had for renders at an upstream account and that they left. Expires likewise. */
    savedPolls: (account: string) => `${prefix}:saved-polls:${account}`,
    /** STRING: this installation's id at the upstream, made once. No expiry. */
    clientId: () => `${prefix}:client-id`,
    /** STRING: the upstream account's anonymous token (sealed JSON). */
    upstreamToken: (account: string) => `${prefix}:upstream-token:${account}`,
    /** STRING: who renews that token just now. Expires after 60 s. */
    upstreamTokenLock: (account: string) => `${prefix}:upstream-token-lock:${account}`,
  } as const
}

export type Keys = ReturnType<typeof createKeys>
