import { Redis, type RedisOptions } from 'ioredis'
import type { Logger } from '../observe/logger.ts'
import { SECOND_MS } from '../time/clock.ts'
import { explainRefusal, nameOf } from './explain-refusal.ts'

/** The embedded server, or REDIS_URL (`redis://` or `rediss://`). */
export type RedisTarget = { socketPath: string } | { url: string }

/**
 * `commands`: for who must answer someone. While Redis is away, and after 5 s without a reply, a command fails at once;
 * none is sent again, so that nothing is done behind the caller's back after it was told "unavailable".
 * `blocking`: for who may wait: BullMQ's workers, blocking reads, subscribers. Commands wait until Redis is back.
 */
export type RedisUse = 'commands' | 'blocking'

const USES = {
  commands: {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: 5 * SECOND_MS,
  },
  blocking: { maxRetriesPerRequest: null },
} satisfies Record<RedisUse, RedisOptions>

const COMMON = {
  lazyConnect: true,
  connectTimeout: 5 * SECOND_MS,
  retryStrategy: (tries) => Math.min(50 * tries, SECOND_MS),
  // After a failover the old primary refuses writes: the name must be resolved anew.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
} satisfies RedisOptions

/**
 * A connection that is ready; from then on it comes back by itself, and its outages are told once each in the log.
 * Close it with `disconnect()`.
 * @throws StartupError if the server can't be reached or refuses us.
 */
export async function connectRedis(target: RedisTarget, use: RedisUse, { log }: { log: Logger }): Promise<Redis> {
  const options = { ...COMMON, ...USES[use] }
  const redis = 'url' in target ? new Redis(target.url, options) : new Redis({ ...options, path: target.socketPath })
  let refused: Error | undefined
  const remember = (error: Error) => (refused ??= error)
  redis.on('error', remember)
  try {
    await redis.connect()
  } catch (error) {
    redis.disconnect()
    throw explainRefusal(target, refused ?? error)
  }
  redis.off('error', remember)
  tellOutages(redis, target, log)
  return redis
}

function tellOutages(redis: Redis, target: RedisTarget, log: Logger): void {
  let away = false
  redis.on('error', (error) => {
    if (away) return
    away = true
    log.error({ err: error, redis: nameOf(target) }, 'Redis is away')
  })
  redis.on('ready', () => {
    if (away) log.info({ redis: nameOf(target) }, 'Redis is back')
    away = false
  })
}
