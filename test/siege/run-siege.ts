import { join } from 'node:path'
import { FileStorage } from '../../src/shared/storage/file-storage.ts'
import { MINUTE_MS, SECOND_MS, systemClock } from '../../src/shared/time/clock.ts'
import { randomFaults } from '../support/faults/random-faults.ts'
import { seededRandom } from '../support/faults/seeded-random.ts'
import { audit, type Audit } from './audit.ts'
import { gatherEvidence } from './evidence.ts'
import { Fleet, type Victim } from './fleet.ts'
import { readLedger, underWay, untilQuiet } from './read-ledger.ts'
import { siegeWorld } from './siege-world.ts'
import { submitJobs } from './submit-jobs.ts'

/** Of all calls of the upstream. */
const FAULTY_SHARE = 0.2
/** The longest between two kills, and the longest that the killed stays away. */
const KILL_EVERY_MS = 2_500
const AWAY_MS = 1_000

export interface SiegeOptions {
  jobs: number
  seed: number
  minutes: number
  workers: number
  apis: number
}

export interface SiegeResult {
  audit: Audit
  kills: Record<Victim, number>
  seconds: number
  /** What all processes said. */
  output: string
}

/**
 * Posts jobs while calls of the upstream fail and processes are killed, at moments that the seed has; then no more is
 * killed, everything comes to its end, and is counted. Bounded by `minutes`: what has not ended by then is a fault.
 */
export async function runSiege(options: SiegeOptions): Promise<SiegeResult> {
  const startedAt = systemClock.now()
  const over = AbortSignal.timeout(options.minutes * MINUTE_MS)
  await using world = await siegeWorld()
  const faults = randomFaults(seededRandom(options.seed), FAULTY_SHARE)
  world.upstream.decide = ({ route }) => faults(route)
  await using fleet = await Fleet.start(world, options)

  const to = { apiUrls: fleet.apiUrls, clip: world.clip, webhookUrl: world.receiver.url }
  const submitting = submitJobs(to, options.jobs, { random: seededRandom(options.seed + 2), signal: over })
  const calm = new AbortController()
  const killing = killAtRandom(fleet, seededRandom(options.seed + 1), AbortSignal.any([calm.signal, over]))
  const submitted = await submitting
  await untilFew(world.redis.url, options.jobs / 10, over)
  calm.abort()
  await killing
  await untilQuiet(world.redis.url, over)

  const ledger = await readLedger(world.redis.url, new FileStorage(join(world.folder, 'storage')))
  const result = audit(await gatherEvidence(world, submitted, ledger))
  const seconds = Math.round((systemClock.now() - startedAt) / SECOND_MS)
  return { audit: result, kills: fleet.kills, seconds, output: fleet.output() }
}

async function killAtRandom(fleet: Fleet, random: () => number, signal: AbortSignal): Promise<void> {
  // Workers most: they are what holds a job. Redis and an API now and then.
  const victims: Victim[] = ['worker', 'worker', 'api', 'redis']
  while (!signal.aborted) {
    await systemClock.sleep(random() * KILL_EVERY_MS, { signal }).catch(() => undefined)
    if (signal.aborted) return
    await fleet.strike(victims[Math.floor(random() * victims.length)] ?? 'worker', random, random() * AWAY_MS)
  }
}

/** Kills go on while jobs are under way, not only while they come. */
async function untilFew(redisUrl: string, few: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const left = await underWay(redisUrl).catch(() => null)
    if (left && left.jobs <= few) return
    await systemClock.sleep(SECOND_MS / 5)
  }
}
