import type { Redis } from 'ioredis'
import { z } from 'zod'
import { Script } from '../redis/script.ts'
import type { Keys } from '../redis/keys.ts'
import type { Clock } from '../time/clock.ts'
import { decodeJob, encodeJob } from './job-codec.ts'
import { EVENT_OF_STATUS, type JobEventType } from './events.ts'
import { newEventId, type JobId } from './ids.ts'
import type { JobFailure, JobRecord, Waiting } from './job.ts'
import { JobStatus, statusesBefore, type FinalStatus } from './states.ts'

const MOVE_JOB = new Script('move-job')
const RENEW_LEASE = new Script('renew-lease')
const ASK_STOP = new Script('ask-stop')

const RenewReply = z.tuple([z.literal([0, 1]), z.enum(['canceled', 'expired', ''])])
const AskReply = z.tuple([z.literal([0, 1]), JobStatus.or(z.literal(''))])

const MoveReply = z.union([
  z.tuple([z.literal(1), JobStatus]),
  z.tuple([z.literal(0), z.enum(['missing', 'epoch', 'begun', 'state']), JobStatus.or(z.literal(''))]),
])

export type MoveResult =
  | { kind: 'moved'; from: JobStatus }
  /** Nothing was written: another holds the job (`epoch`), its leg began before (`begun`), its state forbids it, or it is gone. */
  | { kind: 'refused'; why: 'missing' | 'epoch' | 'begun' | 'state'; found: JobStatus | null }

/** Where a job lies after a move. Times are milliseconds from now, on Redis' clock. */
type Place =
  | { kind: 'lease'; ms: number }
  | { kind: 'wake'; ms: number }
  | { kind: 'ready' }
  | { kind: 'ended'; expiresAt: number }

interface Move {
  to: JobStatus
  place: Place
  fields?: Partial<JobRecord>
  /** The event to tell; null for none. Told as the state's own event unless named. */
  event?: { type: JobEventType; data?: Record<string, unknown> } | null
  begin?: boolean
  /** The states it may leave; all legal ones unless named. */
  from?: readonly JobStatus[]
}

/** Who writes: a leg holds the epoch that it was leased with. */
export interface Holder {
  job: Pick<JobRecord, 'id' | 'tenant' | 'session'>
  epoch: number
}

/** How a job ends that someone wants to end. */
export type StopStatus = NonNullable<JobRecord['stop_asked']>

/** What a job's last record says beside its status. */
export type Ending = Progress & { error: JobFailure | null; expires_at: string }

/** What a leg may change while it runs. */
export type Progress = Partial<Pick<JobRecord, 'checkpoint' | 'stage' | 'progress' | 'stages' | 'attempt'>>

/** Reads and moves jobs. A state changes only through a move, which Redis decides atomically, fenced by epoch. */
export class JobStore {
  readonly #redis: Redis
  readonly #keys: Keys
  readonly #clock: Clock
  readonly #leaseMs: number

  constructor(deps: { redis: Redis; keys: Keys; clock: Clock; leaseMs: number }) {
    this.#redis = deps.redis
    this.#keys = deps.keys
    this.#clock = deps.clock
    this.#leaseMs = deps.leaseMs
  }

  /** @returns null when there is no such job (any more). */
  async find(id: JobId): Promise<JobRecord | null> {
    const hash = await this.#redis.hgetall(this.#keys.job(id))
    return hash['id'] ? decodeJob(hash) : null
  }

  /** Starts a leg: the job is `running` and leased. Refused when this epoch has begun before, so a leg delivered twice runs once. */
  async begin(holder: Holder, job: JobRecord): Promise<MoveResult> {
    const started_at = job.started_at ?? this.#time()
    const event = job.status === 'running' ? null : { type: 'job.started' as const }
    return this.#move(holder, {
      to: 'running',
      place: { kind: 'lease', ms: this.#leaseMs },
      begin: true,
      fields: { started_at, waiting: null, snoozed_at: null },
      event,
    })
  }

  /** Writes what the leg has come to, and renews its lease. */
  async save(holder: Holder, progress: Progress, event: Move['event'] = null): Promise<MoveResult> {
    return this.#move(holder, { to: 'running', place: { kind: 'lease', ms: this.#leaseMs }, fields: progress, event })
  }

  /** `lost`: another holds the job, the leg must stop and write nothing. Else the state it was asked to stop in, or null. */
  async renew(holder: Holder): Promise<'lost' | StopStatus | null> {
    const reply = await RENEW_LEASE.run(
      this.#redis,
      [this.#keys.job(holder.job.id), this.#keys.leases()],
      [holder.job.id, holder.epoch, this.#leaseMs],
    )
    const [held, stopAsked] = RenewReply.parse(reply)
    return held === 1 ? stopAsked || null : 'lost'
  }

  /** Ends a leg whose job goes on in `delayMs`. Still `running`, as with a render that is polled. */
  async snooze(holder: Holder, delayMs: number, progress: Progress): Promise<MoveResult> {
    const fields = { ...progress, snoozed_at: this.#time() }
    const event = progress.progress === undefined ? null : { type: 'job.progress' as const }
    return this.#move(holder, { to: 'running', place: { kind: 'wake', ms: delayMs }, fields, event })
  }

  /** Ends a leg whose job waits for something that callers are told. */
  async wait(holder: Holder, delayMs: number, waiting: Waiting, progress: Progress): Promise<MoveResult> {
    return this.#move(holder, {
      to: 'waiting',
      place: { kind: 'wake', ms: delayMs },
      fields: { ...progress, waiting },
      event: { type: 'job.waiting', data: { waiting } },
    })
  }

  /** Ends a leg that was interrupted by a shutdown: the job is ready for another worker at once. */
  async handBack(holder: Holder, progress: Progress): Promise<MoveResult> {
    return this.#move(holder, { to: 'running', place: { kind: 'ready' }, fields: progress, event: null })
  }

  /** Ends the job for good. */
  async finish(holder: Holder, status: FinalStatus, ending: Ending): Promise<MoveResult> {
    return this.#move(holder, this.#end(status, ending))
  }

  /**
   * Ends a job that nobody holds and that has nothing running at the upstream at once (`stopped`); any other is asked to
   * (`stopping`): whoever holds it, or takes it up next, cleans up and ends it.
   */
  async stop(job: JobRecord, to: StopStatus, ending: Ending): Promise<'stopped' | 'stopping' | 'ended'> {
    if (job.checkpoint.renderId === undefined) {
      const move = { ...this.#end(to, ending), from: ['queued', 'waiting'] as const }
      if ((await this.#move({ job }, move)).kind === 'moved') return 'stopped'
    }
    const keys = this.#keys
    const places = [keys.job(job.id), keys.wake(), keys.ready(job.tenant), keys.readyTenants()]
    const asked = `,${statusesBefore(to).join(',')},`
    const args = [job.id, job.tenant, to, asked]
    const reply = await ASK_STOP.run(this.#redis, [...places, keys.readySignal(), keys.stopSignal()], args)
    return AskReply.parse(reply)[0] === 1 ? 'stopping' : 'ended'
  }

  #end(status: FinalStatus, ending: Ending): Move {
    const fields = { ...ending, stage: null, waiting: null, finished_at: this.#time() }
    return { to: status, place: { kind: 'ended', expiresAt: Date.parse(ending.expires_at) }, fields }
  }

  async #move({ job, epoch }: Omit<Holder, 'epoch'> & { epoch?: number }, move: Move): Promise<MoveResult> {
    const keys = this.#keys
    const event = move.event === undefined ? { type: EVENT_OF_STATUS[move.to] } : move.event
    const command = {
      id: job.id,
      tenant: job.tenant,
      from: move.from ?? statusesBefore(move.to),
      to: move.to,
      epoch,
      begin: move.begin,
      fields: encodeJob(move.fields ?? {}),
      event: event ? this.#event(event, move) : undefined,
      place: move.place.kind,
      expiresAt: 'expiresAt' in move.place ? move.place.expiresAt : undefined,
      ms: 'ms' in move.place ? Math.max(0, Math.round(move.place.ms)) : undefined,
      byStatus: keys.tenantJobsByStatus(job.tenant, ''),
      jobs: keys.job(''),
    }
    const touched = [keys.job(job.id), keys.events(), keys.eventSequence(job.tenant), keys.ready(job.tenant)]
    const placed = [keys.readyTenants(), keys.wake(), keys.leases(), keys.sessionLine(job.session)]
    const told = [keys.readySignal(), keys.jobSignal(), keys.deadlines(), keys.expiring()]
    const reply = await MOVE_JOB.run(this.#redis, [...touched, ...placed, ...told], [JSON.stringify(command)])
    const [moved, ...rest] = MoveReply.parse(reply)
    if (moved === 1) return { kind: 'moved', from: rest[0] as JobStatus }
    return { kind: 'refused', why: rest[0] as 'epoch', found: (rest[1] || null) as JobStatus | null }
  }

  #event(event: NonNullable<Move['event']>, move: Move) {
    const { stage, progress } = move.fields ?? {}
    const data = { status: move.to, stage, progress, ...event.data }
    return { id: newEventId(), type: event.type, at: this.#time(), data: JSON.stringify(data) }
  }

  #time(): string {
    return new Date(this.#clock.now()).toISOString()
  }
}

/** A job as its leg holds it. */
export const holderOf = (job: JobRecord, epoch: number): Holder => ({
  job: { id: job.id, tenant: job.tenant, session: job.session },
  epoch,
})
