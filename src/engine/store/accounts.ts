import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { DAY_MS, type Clock } from '../../shared/time/clock.ts'
import { badToken, EngineRefusal, outOfCredits } from '../engine-refusal.ts'
import { readFolder, writeJson } from './json-file.ts'

const Account = z.object({
  userId: z.string(),
  available: z.number(),
  refilledAt: z.number(),
  token: z.object({ sha256: z.string(), expiresAt: z.number() }),
})
type Account = z.infer<typeof Account>

const TOKEN_LIFE_MS = 7 * DAY_MS
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Credits set aside; to be settled once, whatever happens. */
export interface Hold {
  settle(taken: boolean): Promise<void>
}

interface Options {
  folder: string
  clock: Clock
  credits: number
  refillMs: number
}

/** Who may call, and what they have left. A client id always comes back as the same user; tokens are kept as hashes. */
export class Accounts {
  readonly #options: Options
  readonly #byUser = new Map<string, Account>()
  /** Held for edits that run now. In memory alone: an edit that a crash ended was not made and is not charged. */
  readonly #frozen = new Map<string, number>()

  private constructor(options: Options) {
    this.#options = options
  }

  static async open(options: Options): Promise<Accounts> {
    const accounts = new Accounts(options)
    for (const account of await readFolder(options.folder, Account)) accounts.#byUser.set(account.userId, account)
    return accounts
  }

  /** @throws EngineRefusal 429 where the client id has a token that is still good. */
  async issueToken(clientId: string): Promise<{ token: string; userId: string; expiresAt: number }> {
    const userId = `anon_${sha256(clientId).slice(0, 20)}`
    const now = this.#options.clock.now()
    const known = this.#byUser.get(userId)
    if (known && known.token.expiresAt > now) {
      throw new EngineRefusal(429, 'One token per client id in 7 days', { httpStatus: 429 })
    }
    const token = `nmv_usr_${randomBytes(24).toString('base64url')}`
    const expiresAt = now + TOKEN_LIFE_MS
    const balance = known ?? { userId, available: this.#options.credits, refilledAt: now }
    await this.#write({ ...balance, token: { sha256: sha256(token), expiresAt } })
    return { token, userId, expiresAt }
  }

  /** The user a token stands for. @throws EngineRefusal 1001 */
  userOf(token: string): string {
    const hash = sha256(token)
    const now = this.#options.clock.now()
    for (const { userId, token: kept } of this.#byUser.values()) {
      if (kept.sha256 === hash && kept.expiresAt > now) return userId
    }
    throw badToken()
  }

  async balance(userId: string): Promise<{ available: number; frozen: number; total: number }> {
    const account = await this.#refilled(userId)
    const frozen = this.#frozen.get(userId) ?? 0
    return { available: account.available - frozen, frozen, total: account.available }
  }

  /** Sets credits aside until `settle` takes or returns them. @throws EngineRefusal 2001 */
  async hold(userId: string, amount: number): Promise<Hold> {
    const { available } = await this.balance(userId)
    if (available < amount) throw outOfCredits(available, amount)
    this.#frozen.set(userId, (this.#frozen.get(userId) ?? 0) + amount)
    return {
      settle: async (taken) => {
        this.#frozen.set(userId, (this.#frozen.get(userId) ?? 0) - amount)
        const account = this.#account(userId)
        if (taken) await this.#write({ ...account, available: Math.max(0, account.available - amount) })
      },
    }
  }

  async #refilled(userId: string): Promise<Account> {
    const account = this.#account(userId)
    const { refillMs, credits, clock } = this.#options
    const due = refillMs > 0 && clock.now() - account.refilledAt >= refillMs
    return due ? this.#write({ ...account, available: credits, refilledAt: clock.now() }) : account
  }

  #account(userId: string): Account {
    const account = this.#byUser.get(userId)
    if (!account) throw new TypeError(`no account of ${userId}`)
    return account
  }

  /** In memory at once, so that two calls at a time see each other. */
  async #write(account: Account): Promise<Account> {
    this.#byUser.set(account.userId, account)
    await writeJson(join(this.#options.folder, `${account.userId}.json`), account)
    return account
  }
}
