import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'
import type { JobId, SessionId, TenantId } from './ids.ts'
import type { UpstreamSession } from '../upstream/upstream.ts'

export interface Session {
  id: SessionId
  tenant: TenantId
  language: string | null
  upstream: UpstreamSession | null
  /** The first job that put something on its timeline: for any other job, the session holds more than its own work. */
  firstUsedBy: JobId | null
  createdAt: string
}

/** Our sessions and the upstream's behind them. */
export class SessionStore {
  readonly #redis: Redis
  readonly #keys: Keys

  constructor(deps: { redis: Redis; keys: Keys }) {
    this.#redis = deps.redis
    this.#keys = deps.keys
  }

  async find(id: SessionId): Promise<Session | null> {
    const hash = await this.#redis.hgetall(this.#keys.session(id))
    if (!hash['tenant']) return null
    const { task_id: taskId, session_id: sessionId } = hash
    return {
      id,
      tenant: hash['tenant'] as TenantId,
      language: hash['language'] || null,
      upstream: taskId && sessionId ? { taskId, sessionId } : null,
      firstUsedBy: (hash['first_used_by'] || null) as JobId | null,
      createdAt: hash['created_at'] ?? '',
    }
  }

  async linkUpstream(id: SessionId, { taskId, sessionId }: UpstreamSession): Promise<void> {
    await this.#redis.hset(this.#keys.session(id), { task_id: taskId, session_id: sessionId })
  }

  /** Notes that a job put something on the session's timeline. */
  async noteUse(id: SessionId, job: JobId): Promise<void> {
    await this.#redis.hsetnx(this.#keys.session(id), 'first_used_by', job)
  }
}
