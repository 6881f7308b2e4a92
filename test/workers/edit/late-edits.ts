import type { ServerResponse } from 'node:http'
import type { JobId } from '../../../src/shared/jobs/ids.ts'
import { isFinal } from '../../../src/shared/jobs/states.ts'
import { MINUTE_MS, SECOND_MS } from '../../../src/shared/time/clock.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { setupNemoWorkers } from '../../support/nemo-workers.ts'
import type { UpstreamRequest } from '../../support/upstream-world.ts'

/** As an operator has them unless he sets others. */
export const CAP_MS = 15 * MINUTE_MS
const SETTINGS = {
  streamMaxMs: CAP_MS,
  pollMs: 30 * SECOND_MS,
  renderMaxMs: 10 * MINUTE_MS,
}

/** What the upstream makes of a message whose stream it drops, and what befalls the workers. Times count from its arrival. */
export interface Schedule {
  /** When the edit shows on the timeline; null: never. */
  appliedMs: number | null
  /** A second part of it, so much later. */
  secondPartMs: number | null
  /** The stream is held open until the workers stop; else it breaks at once. */
  held: boolean
  /** Looks at the state after a broken stream; slow ones make the five reads last longer than the cap. */
  recoveryMs: { first: number; next: number }
  /** Before which looks the workers are stopped and others started. */
  restarts: ReadonlySet<number>
  /** What becomes of a second message, should there be one. */
  second: 'answered' | 'dropped'
}

export const USUAL_RECOVERY = { first: 30 * SECOND_MS, next: MINUTE_MS }
export const SLOW_RECOVERY = { first: 5 * MINUTE_MS, next: 6 * MINUTE_MS }

interface Arrival {
  atMs: number
  /** Reads of the state since the message before. */
  reads: number
  /** Whether the message before had been applied, in part or whole. */
  applied: boolean
}

/** Runs a job through a schedule on the real pipeline; hours pass in moments, since the workers' clock and the wake times move by hand. */
export async function runSchedule(schedule: Schedule) {
  const clock = new ManualClock()
  await using t = await setupNemoWorkers({
    clock,
    settings: { ...SETTINGS, recoveryMs: schedule.recoveryMs },
    started: false,
  })
  const arrivals: Arrival[] = []
  const parts: { atMs: number; apply: () => void }[] = []
  let readsBefore = 0
  let applied = false
  const held = Promise.withResolvers<void>()

  t.upstream.on('message', (request, response) => {
    const reads = t.upstream.requestsOf('state').length - readsBefore
    readsBefore += reads
    arrivals.push({ atMs: clock.now(), reads, applied })
    if (arrivals.length === 1) plan(request)
    else if (schedule.second === 'answered') return t.upstream.asUsual(request, response)
    breakOff(response, { held: schedule.held && arrivals.length === 1 })
    return held.resolve()
  })

  /** The edit comes in one part, or in two that cost no more. */
  function plan(request: UpstreamRequest) {
    const { appliedMs, secondPartMs } = schedule
    if (appliedMs === null) return
    const now = clock.now()
    const apply = () => {
      t.upstream.world.applyMessage(request)
      applied = true
    }
    parts.push({ atMs: now + appliedMs, apply })
    if (secondPartMs === null) return
    const rename = () =>
      void t.upstream.world.sessions.get(String(request.json()['session_id']))?.titles.push('part two')
    parts.push({ atMs: now + appliedMs + secondPartMs, apply: rename })
  }

  /** Everything that is due by now shows on the timeline. */
  function applyDue() {
    for (const part of parts.filter(({ atMs }) => atMs <= clock.now())) {
      parts.splice(parts.indexOf(part), 1)
      part.apply()
    }
  }

  let workers = await t.start()
  const restart = async () => {
    await workers.close()
    workers = await t.start()
  }
  const id = await t.submit()
  if (schedule.held) await held.promise.then(restart)
  for (let look = 0; await asleep(t, id); look++) {
    if (schedule.restarts.has(look)) await restart()
    await clock.advance(await sleepMs(t, id))
    applyDue()
    await t.redis.zadd(t.keys.wake(), 'XX', 0, id)
    await t.redis.publish(t.keys.readySignal(), id)
  }
  return { arrivals, ...(await t.outcome(id)), job: await t.jobs.find(id), told: await t.told(id) }
}

type Workers = Awaited<ReturnType<typeof setupNemoWorkers>>

function breakOff(response: ServerResponse, { held }: { held: boolean }): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(': heartbeat\n\n', () => void (held || response.destroy()))
}

/** True once the job sleeps, false once it has ended. */
async function asleep({ redis, keys, jobs }: Workers, id: JobId): Promise<boolean> {
  for (;;) {
    if (Number(await redis.zscore(keys.wake(), id)) > 0) return true
    const job = await jobs.find(id)
    if (job && isFinal(job.status)) return false
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** How long it meant to sleep, to the tenth of a second above: Redis' own clock has gone on by moments. */
async function sleepMs({ redis, keys }: Workers, id: JobId): Promise<number> {
  const [seconds, micros] = await redis.time()
  const left = Number(await redis.zscore(keys.wake(), id)) - (Number(seconds) * 1000 + Number(micros) / 1000)
  return Math.max(0, Math.ceil(left / 100) * 100)
}
