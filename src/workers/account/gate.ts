import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { Keys } from '../../shared/redis/keys.ts'
import { Script } from '../../shared/redis/script.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../shared/time/clock.ts'
import type { Closed, ClosedReason } from './gate-closed.ts'

const ENTER_GATE = new Script('enter-gate')
const TELL_GATE = new Script('tell-gate')
const PARK_JOB = new Script('park-job')
const TEND_GATE = new Script('tend-gate')

const KEEP_MS = 7 * DAY_MS
/** A job that nobody wakes looks for itself then. */
const LONGEST_SLEEP_MS = 15 * MINUTE_MS
/** So many jobs are woken by one script, a millisecond or two of Redis' time. */
const WAKE_AT_ONCE = 200
const PATIENCE_MS = SECOND_MS

const Reason = z.enum(['upstream_down', 'upstream_rate_limit', 'upstream_auth', 'credits'])
const ClosedReply = [Reason, z.string(), z.string(), z.int()] as const
const EnterReply = z.union([
  z.tuple([z.literal('open'), z.int()]),
  z.tuple([z.literal('probe'), Reason]),
  z.tuple([z.literal('closed'), ...ClosedReply]),
])
const TellReply = z.union([
  z.tuple([z.literal('same')]),
  z.tuple([z.literal('opened'), Reason, z.int()]),
  z.tuple([z.enum(['closed', 'still', 'joined']), ...ClosedReply]),
])

/** What a gate stops: every call, or only messages and the balance checks before them. */
export type Scope = 'all' | 'messages'

export type Entry =
  | { kind: 'open'; failures: number }
  /** The caller alone may try whether the reason is gone, and must tell what came of it. */
  | { kind: 'probe'; reason: ClosedReason }
  | { kind: 'closed'; closed: Closed }

/** Why a gate closes: after so many failures in a row, for so long, doubling from the first to the longest wait. */
export interface Closing {
  reason: ClosedReason
  detail: string
  helpUrl: string | null
  after: number
  waitMs: { first: number; longest: number }
  /** Whether it makes the wait longer where the gate was closed for the same before: the upstream named a time. */
  extends?: true
}

export type News =
  | { outcome: 'ok' }
  /** There are credits enough, whoever tells it, unless a message was refused with as many. */
  | { outcome: 'ok'; disproves: 'credits'; balance: number; waits: boolean }
  /** `waits`: the job that called waits at the gate now. */
  | { outcome: 'failed'; closing: Closing; waits: boolean }
  /** The call told nothing about the account. */
  | { outcome: 'unknown' }

export type Verdict =
  | { kind: 'same' }
  | { kind: 'opened'; reason: ClosedReason; closedMs: number }
  /** `closed`: by this call, or for another reason now · `still`: the probe failed · `joined`: it was closed before. */
  | { kind: 'closed' | 'still' | 'joined'; closed: Closed }

/** One gate of an upstream account, shared by all workers: it forbids calls before they are made, and nothing else. */
export class Gate {
  readonly scope: Scope
  readonly #redis: Redis
  readonly #keys: Keys
  readonly #gate: string
  readonly #parked: string

  constructor(deps: { redis: Redis; keys: Keys; account: string; scope: Scope }) {
    this.scope = deps.scope
    this.#redis = deps.redis
    this.#keys = deps.keys
    this.#gate = deps.keys.gate(deps.account, deps.scope)
    this.#parked = deps.keys.parked(deps.account, deps.scope)
  }

  async enter(jobId: JobId): Promise<Entry> {
    const names = [this.#gate, this.#parked, this.#keys.leases()]
    const reply = EnterReply.parse(await ENTER_GATE.run(this.#redis, names, [jobId, KEEP_MS]))
    switch (reply[0]) {
      case 'open':
        return { kind: 'open', failures: reply[1] }
      case 'probe':
        return { kind: 'probe', reason: reply[1] }
      case 'closed':
        return { kind: 'closed', closed: toClosed(reply) }
    }
  }

  async tell(jobId: JobId, news: News): Promise<Verdict> {
    const command = { ...news, ...(news.outcome === 'failed' && { closing: encode(news.closing) }) }
    const args = [JSON.stringify({ ...command, id: jobId, keepMs: KEEP_MS })]
    const reply = TellReply.parse(await TELL_GATE.run(this.#redis, [this.#gate, this.#parked], args))
    switch (reply[0]) {
      case 'same':
        return { kind: 'same' }
      case 'opened':
        return { kind: 'opened', reason: reply[1], closedMs: reply[2] }
      case 'closed':
      case 'still':
      case 'joined':
        return { kind: reply[0], closed: toClosed(reply) }
    }
  }

  /** A message was refused for want of credits while there were so many: for a while none is tried with as few. */
  async refusedAt(balance: number): Promise<void> {
    await this.#redis.hset(this.#gate, 'refused_at', balance)
  }

  /** To be called once the leg of a job that met the closed gate is over. */
  async park(jobId: JobId): Promise<void> {
    const names = [this.#gate, this.#parked, this.#keys.wake(), this.#keys.job(jobId), this.#keys.readySignal()]
    await PARK_JOB.run(this.#redis, names, [jobId, LONGEST_SLEEP_MS])
  }

  /** Wakes jobs for which the gate is open now, or one to try where nobody does. @returns how many are left to wake. */
  async tend(): Promise<number> {
    const places = [this.#keys.wake(), this.#keys.leases(), this.#keys.readySignal()]
    const args = [this.#keys.job(''), WAKE_AT_ONCE, PATIENCE_MS]
    return z.int().parse(await TEND_GATE.run(this.#redis, [this.#gate, this.#parked, ...places], args))
  }
}

const toClosed = ([, reason, detail, help, retryMs]: [string, ClosedReason, string, string, number]): Closed => ({
  reason,
  detail,
  helpUrl: help || null,
  retryMs,
})

const encode = ({ helpUrl, waitMs, ...closing }: Closing) => ({
  ...closing,
  help: helpUrl ?? '',
  firstMs: waitMs.first,
  longestMs: waitMs.longest,
})
