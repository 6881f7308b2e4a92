import type { Redis } from 'ioredis'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { Logger } from '../../shared/observe/logger.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import { MINUTE_MS } from '../../shared/time/clock.ts'
import type { Upstream } from '../../shared/upstream/upstream.ts'
import { MessageSlots } from '../dispatch/message-slots.ts'
import type { ClosingSettings } from './closings.ts'
import { Gate, type Entry, type News, type Scope, type Verdict } from './gate.ts'
import { creditsUrl } from './help-url.ts'
import { Spending } from './spending.ts'

/** Jobs that are woken by who opened a gate; the rest, if any, by whoever tends it. */
const WOKEN_AT_ONCE = 25

export interface AccountDeps {
  redis: Redis
  keys: Keys
  /** Names the account, for limits that all workers share. */
  name: string
  /** An anonymous account's user id, where the upstream told it. */
  userId: () => Promise<string | null>
  upstream: Upstream
  settings: ClosingSettings & { streamMaxMs: number }
  messageConcurrency: number
  log: Logger
}

/** An upstream account as all workers share it: its gates, and the messages that may stream at once. */
export class Account {
  readonly upstream: Upstream
  readonly settings: ClosingSettings
  readonly gates: Readonly<Record<Scope, Gate>>
  readonly slots: MessageSlots
  readonly spending: Spending
  readonly #userId: AccountDeps['userId']
  readonly #log: Logger

  constructor(deps: AccountDeps) {
    const { redis, keys, name, settings, messageConcurrency: most } = deps
    const gate = (scope: Scope) => new Gate({ redis, keys, account: name, scope })
    this.upstream = deps.upstream
    this.settings = settings
    this.gates = { all: gate('all'), messages: gate('messages') }
    this.#userId = deps.userId
    this.#log = deps.log.child({ account: name })
    const log = this.#log
    this.spending = new Spending({ redis, keys, account: name, longestMs: settings.streamMaxMs + MINUTE_MS })
    this.slots = new MessageSlots({ redis, keys, account: name, most, streamMaxMs: settings.streamMaxMs, log })
  }

  /** Where credits come from: the registration of an anonymous account, once its id is known. */
  readonly creditsUrl = async (): Promise<string> => creditsUrl(await this.#userId().catch(() => null))

  /** Never throws: a gate that can't be asked stops nobody, least of all a message that is marked as sent already. */
  async enter(scope: Scope, jobId: JobId): Promise<Entry> {
    return this.gates[scope].enter(jobId).catch((error: unknown) => {
      this.#log.warn({ err: error, scope }, "the account's gate could not be asked; it is taken to be open")
      return { kind: 'open', failures: 0 }
    })
  }

  /** Puts a job whose leg is over where it belongs. Never throws: it would wake by itself, only too soon. */
  async settle(jobId: JobId, where: { gates: Iterable<Scope>; inLine: boolean }): Promise<void> {
    try {
      for (const scope of where.gates) await this.gates[scope].park(jobId)
      if (where.inLine) await this.slots.settle(jobId)
    } catch (error) {
      this.#log.warn({ err: error, job: jobId }, 'a job that waits for the account could not be parked')
    }
  }

  /** Never throws: what a call has brought must not be lost because it could not be told. */
  async tell(scope: Scope, jobId: JobId, news: News): Promise<Verdict> {
    try {
      const verdict = await this.gates[scope].tell(jobId, news)
      await this.#follow(scope, verdict)
      return verdict
    } catch (error) {
      this.#log.warn({ err: error, scope }, "the account's gate could not be told of a call")
      return { kind: 'same' }
    }
  }

  /** Wakes those for whom a gate has opened or a slot is free, and somebody to try where nobody does. */
  async tend(): Promise<void> {
    for (const gate of Object.values(this.gates)) {
      while ((await gate.tend()) > 0);
    }
    await this.slots.callNext()
  }

  async #follow(scope: Scope, verdict: Verdict): Promise<void> {
    if (verdict.kind === 'opened') {
      const { reason, closedMs } = verdict
      this.#log.info({ scope, reason, closedMs }, 'the upstream serves this account again; its jobs go on')
      for (let chunk = 0; chunk < WOKEN_AT_ONCE && (await this.gates[scope].tend()) > 0; chunk++);
    }
    if (verdict.kind !== 'closed') return
    const { reason, detail, helpUrl, retryMs } = verdict.closed
    this.#log[reason === 'upstream_auth' ? 'error' : 'warn'](
      { scope, reason, retryMs, ...(helpUrl && { helpUrl }) },
      `${detail}; ${scope === 'all' ? 'jobs' : 'edits'} wait and go on by themselves`,
    )
    if (reason === 'upstream_rate_limit') await this.slots.halve()
  }
}
