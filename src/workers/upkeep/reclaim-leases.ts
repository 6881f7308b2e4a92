import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../../shared/redis/keys.ts'
import { Script } from '../../shared/redis/script.ts'

const RECLAIM_LEASES = new Script('reclaim-leases')

/**
 * Takes back leases that have run out; `all` takes back every one, for a worker that starts as the only one of its cell.
 * @returns the jobs that are ready again.
 */
export async function reclaimLeases(deps: { redis: Redis; keys: Keys }, which: 'expired' | 'all'): Promise<string[]> {
  const { redis, keys } = deps
  const names = [keys.leases(), keys.readyTenants(), keys.readySignal()]
  const reply = await RECLAIM_LEASES.run(redis, names, [keys.job(''), keys.ready(''), which])
  return z.array(z.string()).parse(reply)
}
