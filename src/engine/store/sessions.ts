import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { ClipFacts } from '../analyse/clip-facts.ts'
import { sessionNotFound } from '../engine-refusal.ts'
import { Draft } from '../timeline/draft.ts'
import { readFolder, writeJson } from './json-file.ts'

const Session = z.object({
  sessionId: z.string(),
  taskId: z.string(),
  userId: z.string(),
  draft: Draft.nullable(),
  clips: z.array(ClipFacts.extend({ name: z.string() })),
})
export type Session = z.infer<typeof Session>

/** 19 digits, always above 2^53, as the hosted service numbers its own: a client that reads them as numbers is wrong. */
const digits = () =>
  `${randomInt(1, 9)}${Array.from({ length: 3 }, () => `${randomInt(1_000_000)}`.padStart(6, '0')).join('')}`

/** Sessions, one file each. What happens to one session happens one after the other. */
export class Sessions {
  readonly #folder: string
  readonly #byId = new Map<string, Session>()
  readonly #tails = new Map<string, Promise<unknown>>()

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async open(folder: string): Promise<Sessions> {
    const sessions = new Sessions(folder)
    for (const session of await readFolder(folder, Session)) sessions.#byId.set(session.sessionId, session)
    return sessions
  }

  async create(userId: string): Promise<Session> {
    const session: Session = { sessionId: digits(), taskId: digits(), userId, draft: null, clips: [] }
    await this.save(session)
    return session
  }

  /** @throws EngineRefusal 1002 where there is none, or it is another user's. */
  get(sessionId: string, userId: string): Session {
    const session = this.#byId.get(sessionId)
    if (session?.userId !== userId) throw sessionNotFound()
    return session
  }

  async save(session: Session): Promise<void> {
    await writeJson(join(this.#folder, `${session.sessionId}.json`), session)
    this.#byId.set(session.sessionId, session)
  }

  /** Resolves once nothing is under way in any session. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails.values())
  }

  /** Runs `work` once all earlier work of the session is done. */
  async inTurn<T>(sessionId: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#tails.get(sessionId) ?? Promise.resolve()).then(work)
    const settled = turn.catch(() => undefined)
    this.#tails.set(sessionId, settled)
    void settled.then(() => {
      if (this.#tails.get(sessionId) === settled) this.#tails.delete(sessionId)
    })
    return turn
  }
}
