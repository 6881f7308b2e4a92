import type { JobId } from '../../shared/jobs/ids.ts'
import { UpstreamError } from '../../shared/upstream/upstream-error.ts'
import type { Credits } from '../../shared/upstream/upstream.ts'
import type { SpendingPort } from '../edit/step.ts'
import type { Account } from './account.ts'
import { closingFor, closingForBalance } from './closings.ts'
import type { Closing, Scope, Verdict } from './gate.ts'
import { GateClosed, type ClosedReason } from './gate-closed.ts'

/** What only the same call can try again: a balance may well be read while messages are refused. */
const TRIED_BY_CALL: Record<Scope, ReadonlySet<ClosedReason>> = {
  all: new Set(['upstream_rate_limit']),
  messages: new Set(['upstream_down']),
}

/** One leg's dealings with the upstream account: asks its gates before each call and tells them what came of it. */
export class AccountVisit {
  readonly #account: Account
  readonly #jobId: JobId
  /** Gates that were found or made closed: the job may be asleep at them when the leg is over. */
  readonly #met = new Set<Scope>()
  #inLine = false
  #slot: { clean: boolean; spent: boolean } | undefined

  constructor(account: Account, jobId: JobId) {
    this.#account = account
    this.#jobId = jobId
  }

  /**
   * Makes a call if all its gates let it pass. `answered` may be called as soon as the upstream has begun to answer.
   * @throws GateClosed where they do not, or where the call's own failure closed one; else what the call threw.
   */
  async call<T>(scopes: readonly Scope[], signal: AbortSignal, make: (answered: () => void) => Promise<T>): Promise<T> {
    const toTell = await this.#pass(scopes, signal, true)
    let telling: Promise<unknown> | undefined
    const answered = () => {
      telling ??= Promise.all(toTell.map((scope) => this.#tell(scope, { outcome: 'ok' })))
    }
    try {
      const result = await make(answered)
      answered()
      await telling
      return result
    } catch (error) {
      await telling
      throw await this.#judge(scopes, error, signal)
    }
  }

  /** For what tells nothing of the account: only asks whether it may be done. */
  async pass(scope: Scope, signal: AbortSignal): Promise<void> {
    await this.#pass([scope], signal, false)
  }

  /** What a balance says of messages. @throws GateClosed where it is too low, if the job `needs` it to go on. */
  async noteBalance(balance: Credits, needs: boolean): Promise<void> {
    const closing = await closingForBalance(this.#account, balance)
    const enough = { outcome: 'ok', disproves: 'credits', balance: balance.available, waits: needs } as const
    const verdict = closing ? await this.#close('messages', closing, needs) : await this.#tell('messages', enough)
    if (!needs || !('closed' in verdict)) return
    this.#met.add('messages')
    throw new GateClosed(verdict.closed, { delivery: 'not_sent' })
  }

  /** Leave to stream one message, given back by disposing; null when all slots are taken: the job is in the line then. */
  async takeMessageSlot(): Promise<AsyncDisposable | null> {
    const { slots } = this.#account
    try {
      for (const scope of ['all', 'messages'] as const) await this.#enter(scope)
    } catch (error) {
      await slots.giveBack(this.#jobId, { clean: false }) // it may have been called for one, which another may need
      throw error
    }
    this.#inLine = !(await slots.take(this.#jobId))
    if (this.#inLine) return null
    const slot = (this.#slot = { clean: false, spent: false })
    const giveBack = async () => {
      await slots.giveBack(this.#jobId, slot)
      if (!slot.spent) await this.#account.spending.unsent(this.#jobId).catch(() => undefined)
    }
    try {
      await this.#account.spending.begin(this.#jobId)
    } catch (error) {
      await giveBack()
      throw error
    }
    return { [Symbol.asyncDispose]: giveBack }
  }

  /** How a message went: whether it may have cost something, and whether it came to its clean end. */
  messageDone(how: { spent: boolean; clean: boolean }): void {
    Object.assign(this.#slot ?? {}, how)
  }

  readonly spending: SpendingPort = {
    look: () => this.#account.spending.look(this.#jobId).catch(() => null),
    end: (turn) => this.#account.spending.end(this.#jobId, turn).catch(() => false),
  }

  /** To be called when the leg is over and the job is where it sleeps. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#account.settle(this.#jobId, { gates: this.#met, inLine: this.#inLine })
  }

  /** @returns the gates that want to hear of a success. */
  async #pass(scopes: readonly Scope[], signal: AbortSignal, tries: boolean): Promise<Scope[]> {
    const toTell: Scope[] = []
    for (const scope of scopes) {
      const entry = await this.#enter(scope)
      if (entry.kind === 'open') {
        if (entry.failures > 0) toTell.push(scope)
      } else if (tries && TRIED_BY_CALL[scope].has(entry.reason)) {
        toTell.push(scope)
      } else {
        await this.#knock(scope, signal)
      }
    }
    return toTell
  }

  async #enter(scope: Scope) {
    const entry = await this.#account.enter(scope, this.#jobId)
    if (entry.kind !== 'open') this.#met.add(scope)
    if (entry.kind === 'closed') throw new GateClosed(entry.closed, { delivery: 'not_sent' })
    return entry
  }

  /** Tries whether a gate's reason is gone by reading the balance, which costs nothing and changes nothing. */
  async #knock(scope: Scope, signal: AbortSignal): Promise<void> {
    const read = () => this.#account.upstream.credits({ signal })
    try {
      const balance = scope === 'all' ? await read() : await this.call(['all'], signal, read)
      if (scope === 'all') await this.#tell(scope, { outcome: 'ok' })
      await this.noteBalance(balance, scope === 'messages')
    } catch (error) {
      const judged = scope === 'all' ? await this.#judge(['all'], error, signal) : error
      if (!(judged instanceof UpstreamError)) throw judged
      // It was the balance that was not read: the call behind was not made, whatever became of this one.
      if (judged instanceof GateClosed) throw new GateClosed(judged.closed, { delivery: 'not_sent' })
      const { kind, message, words, retryAfterMs } = judged
      throw new UpstreamError(kind, message, { delivery: 'not_sent', words, retryAfterMs, cause: judged })
    }
  }

  /** Tells each gate what a failed call says about it. @returns what to throw. */
  async #judge(scopes: readonly Scope[], error: unknown, signal: AbortSignal): Promise<unknown> {
    const says = error instanceof UpstreamError && !(error instanceof GateClosed) && !signal.aborted
    let judged = error
    for (const scope of scopes) {
      const closing = says ? await closingFor(this.#account, scope, error) : 'nothing'
      if (closing === null) await this.#tell(scope, { outcome: 'ok' })
      else if (closing === 'nothing') await this.#tell(scope, { outcome: 'unknown' })
      else if (says) {
        const verdict = await this.#close(scope, closing, error.delivery !== 'unknown' || !scopes.includes('messages'))
        if (error.kind === 'no_credits' && 'closed' in verdict) await this.#noteRefusal(signal)
        if ('closed' in verdict) judged = new GateClosed(verdict.closed, { delivery: error.delivery, cause: error })
      }
    }
    return judged
  }

  /** What was not enough: the balance right after the refusal. Where it can't be read, 50 is taken to be enough. */
  async #noteRefusal(signal: AbortSignal): Promise<void> {
    const { gates, upstream } = this.#account
    const read = this.call(['all'], signal, () => upstream.credits({ signal }))
    await read.then(({ available }) => gates.messages.refusedAt(available)).catch(() => undefined)
  }

  async #close(scope: Scope, closing: Closing, waits: boolean): Promise<Verdict> {
    const verdict = await this.#tell(scope, { outcome: 'failed', closing, waits })
    if (waits && 'closed' in verdict) this.#met.add(scope)
    return verdict
  }

  async #tell(scope: Scope, news: Parameters<Account['tell']>[2]): Promise<Verdict> {
    return this.#account.tell(scope, this.#jobId, news)
  }
}
