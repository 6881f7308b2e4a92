import type { Redis } from 'ioredis'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { ListedJob } from '../../shared/jobs/job-lists.ts'
import type { JobStatus } from '../../shared/jobs/states.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import type { Storage } from '../../shared/storage/storage.ts'
import type { FaultKind, Findings } from './faults.ts'
import type { KeyName, KnownKey } from './key-rules.ts'

export interface AuditDeps {
  redis: Redis
  keys: Keys
  storage: Storage
  /** As `createKeys` was given it. */
  namespace: string
  /** Epoch ms. */
  now: number
  /** Files that came later than so long ago may belong to a job that is being accepted. */
  youngMs: number
}

/** What the audit remembers of a job, to judge lists, events and files by. */
export interface SeenJob extends ListedJob {
  status: JobStatus
  finishedAt: number
  /** Its time is over: upkeep may be removing it just now, files first. */
  expired: boolean
}

/** One audit: what it works on, and what it has found so far. */
export class Auditor implements Findings {
  readonly deps: AuditDeps
  readonly looked: Findings['looked'] = {
    keys: 0,
    jobs: 0,
    sessions: 0,
    events: 0,
    deliveries: 0,
    outputs: 0,
    'owners of files': 0,
  }
  readonly faults: Findings['faults'] = []
  readonly known = new Map<KeyName, KnownKey[]>()
  readonly jobs = new Map<JobId, SeenJob>()

  constructor(deps: AuditDeps) {
    this.deps = deps
  }

  fault(kind: FaultKind, subject: string, detail: string): void {
    this.faults.push({ kind, subject, detail })
  }

  know(key: KnownKey): void {
    const known = this.known.get(key.name)
    if (known) known.push(key)
    else this.known.set(key.name, [key])
  }

  keysNamed(name: KeyName): KnownKey[] {
    return this.known.get(name) ?? []
  }

  /** A job that came after the look at all keys is there too. */
  async isJob(id: string): Promise<boolean> {
    const { redis, keys } = this.deps
    return this.jobs.has(id as JobId) || (await redis.exists(keys.job(id as JobId))) === 1
  }
}
