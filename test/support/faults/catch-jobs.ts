import { Redis } from 'ioredis'
import { acceptJob } from '../../../src/shared/jobs/accept-job.ts'
import { FINAL_EVENT_TYPES, isFinalEvent } from '../../../src/shared/jobs/events.ts'
import { JobStore } from '../../../src/shared/jobs/job-store.ts'
import { decodeEvent } from '../../../src/shared/events/event-entry.ts'
import { createKeys } from '../../../src/shared/redis/keys.ts'
import { systemClock } from '../../../src/shared/time/clock.ts'
import { aNewJob, anInput } from '../a-job.ts'
import type { UpstreamRoute } from '../upstream-routes.ts'
import { startedRender, timesApplied, type EngineAnswer, type ProxiedRequest } from './call-record.ts'
import { FULL_BALANCE, type CrashWorld } from './crash-world.ts'
import { NO_FAULT, type Fault, type Hold } from './fault.ts'

/** When a step's job is caught, as the proxy holds its call and the link stops what it writes next. */
export const MOMENTS = {
  'before its call': { at: 'before' },
  'in the middle of its call': { at: 'middle' },
  'after its call and before its checkpoint': { at: 'after', stop: 'write' },
  'after its checkpoint, of which it was not told': { at: 'after', stop: 'reply' },
} as const satisfies Record<string, { at: Hold['at']; stop?: 'write' | 'reply' }>
export type Moment = keyof typeof MOMENTS

interface CatchAt {
  /** `unknown`: not a call of the upstream, but the clip's own address. */
  route: UpstreamRoute
  /** Which call of that kind, the first unless told. */
  nth?: number
  matches?: (answer: EngineAnswer) => boolean
}

/** The call of each step at which its job is caught. A job makes them in this order. */
export const CAUGHT_AT: Record<string, CatchAt> = {
  'fetch-inputs': { route: 'unknown' },
  'open-session': { route: 'session' },
  'upload-inputs': { route: 'upload' },
  'check-credits': { route: 'credits' },
  'send-instruction': { route: 'message' },
  'verify-edit': { route: 'state', nth: 2 },
  'start-render': { route: 'render' },
  'await-render': { route: 'poll', matches: ({ body }) => body.includes('"completed"') },
  'store-output': { route: 'output' },
}

/** A second sending would cut a second time and be charged again. */
const INSTRUCTION = "remove the first 0.2 seconds, add the text 'once' at 0:00"

/** Accepts a job for each step, in a namespace of its own, and catches it there at that moment. */
export async function catchJobs(world: CrashWorld, moment: Moment) {
  const cells = Object.entries(CAUGHT_AT).map(([step, at]) => new Cell(world, step, at, moment))
  const byNamespace = new Map(cells.map((cell) => [cell.namespace, cell]))
  const decide = (request: ProxiedRequest) => byNamespace.get(request.client)?.decide(request) ?? NO_FAULT
  world.upstream.decide = decide
  world.clips.decide = decide
  for (const cell of cells) await cell.accept()
  return {
    namespaces: [...byNamespace.keys()],
    allHeld: () => Promise.all(cells.map((cell) => cell.held.promise)),
    release: (how: 'go' | 'drop') => cells.forEach((cell) => cell.released.resolve(how)),
    /** What became of each job, by step. */
    async outcomes() {
      expectNone([...world.upstream.mistakes, ...world.clips.mistakes])
      return Object.fromEntries(
        await Promise.all(cells.map(async (cell) => [cell.step, await cell.outcome()] as const)),
      )
    },
  }
}

class Cell {
  readonly step: string
  readonly namespace: string
  readonly held = Promise.withResolvers<void>()
  readonly released = Promise.withResolvers<'go' | 'drop'>()
  readonly #world: CrashWorld
  readonly #at: CatchAt
  readonly #moment: Moment
  readonly #job = aNewJob()
  #seen = 0
  #caught = false
  #authorization = ''

  constructor(world: CrashWorld, step: string, at: CatchAt, moment: Moment) {
    this.step = step
    this.namespace = `cell-${step}`
    this.#world = world
    this.#at = at
    this.#moment = moment
  }

  async accept(): Promise<void> {
    const { clips, receiver, redis } = this.#world
    const client = new Redis(redis.url)
    const url = `${clips.url(this.namespace)}/clip.mp4`
    const input = anInput({ kind: 'url', url, bytes: null, content_type: null, sha256: null })
    const webhook = { url: receiver.url, events: [...FINAL_EVENT_TYPES] }
    const wanted = aNewJob({ inputs: [input], request: { instruction: INSTRUCTION, webhook } })
    const job = Object.assign(this.#job, wanted)
    await acceptJob({ redis: client, keys: createKeys(this.namespace), now: Date.now() }, job)
    client.disconnect()
  }

  decide({ route, headers }: ProxiedRequest): Fault {
    this.#authorization = headers['authorization'] ?? this.#authorization
    if (route !== this.#at.route || this.#caught) return NO_FAULT
    this.#seen += 1
    if (this.#seen < (this.#at.nth ?? 1)) return NO_FAULT
    const { at } = MOMENTS[this.#moment]
    const { matches } = this.#at
    const held = { kind: 'hold', at, onHeld: () => this.#hold(), released: this.released.promise } as const
    return matches ? { ...held, matches } : held
  }

  #hold(): void {
    this.#caught = true
    const moment = MOMENTS[this.#moment]
    const onStopped = () => this.held.resolve()
    if (moment.at === 'after') this.#world.link.stopNextMove(this.namespace, { what: moment.stop, onStopped })
    else onStopped()
  }

  async outcome() {
    const { upstream, redis, engine, receiver } = this.#world
    const client = new Redis(redis.url)
    const keys = createKeys(this.namespace)
    const { id, tenant } = this.#job
    const job = await new JobStore({ redis: client, keys, clock: systemClock, leaseMs: 0 }).find(id)
    const events = (await client.xrange(keys.events(), '-', '+')).map(([, fields]) => decodeEvent(fields))
    // A receiver has it a moment before that is noted.
    while ((await client.zcard(keys.tenantDeliveriesByStatus(tenant, 'pending'))) > 0) await systemClock.sleep(20)
    const delivered = await client.zcard(keys.tenantDeliveriesByStatus(tenant, 'succeeded'))
    client.disconnect()
    const mine = upstream.calls.filter((call) => call.client === this.namespace)
    const balance = await fetch(`${engine.url()}/api/credits/balance/simple`, {
      headers: { authorization: this.#authorization },
    })
    const { data } = (await balance.json()) as { data: { available: number } }
    return {
      status: job?.status,
      error: job?.error ?? null,
      applied: mine.reduce((sum, call) => sum + timesApplied(call), 0),
      charged: FULL_BALANCE - data.available,
      renders: mine.filter(startedRender).length,
      finalEvents: events.filter(({ type }) => isFinalEvent(type)).length,
      received: receiver.received.filter(({ body }) => body.includes(id)).length,
      delivered,
    }
  }
}

function expectNone(mistakes: unknown[]): void {
  if (mistakes.length > 0) throw new AggregateError(mistakes, 'The fault proxy itself failed')
}
