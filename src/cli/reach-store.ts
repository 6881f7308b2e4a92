import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Redis } from 'ioredis'
import type { Config } from '../shared/config.ts'
import { ownDataDir } from '../shared/config/own-data-dir.ts'
import { StartupError } from '../shared/errors/startup-error.ts'
import type { Logger } from '../shared/observe/logger.ts'
import { connectRedis, type RedisTarget } from '../shared/redis/connect.ts'
import { startEmbeddedRedis } from '../shared/redis/embedded-redis.ts'
import { createKeys, type Keys } from '../shared/redis/keys.ts'
import { pingRedis } from '../shared/redis/ping-redis.ts'
import { findSocketPath } from '../shared/redis/socket-path.ts'
import { FileStorage } from '../shared/storage/file-storage.ts'
import type { Storage } from '../shared/storage/storage.ts'
import type { Clock } from '../shared/time/clock.ts'

/** What jobs and files are kept in, for a command that looks at it. */
export interface Store {
  redis: Redis
  /** A further connection that may wait; closed with the store. */
  connect: () => Promise<Redis>
  keys: Keys
  storage: Storage
  /** Whether a service works on it just now; `unknown` where Redis is another machine's. */
  service: 'running' | 'stopped' | 'unknown'
}

interface Deps {
  config: Config
  clock: Clock
  log: Logger
}

/**
 * Opens what the settings name: the running service's Redis, or, where none runs, the embedded one for the time of the
 * command. `opened` closes it. @throws StartupError
 */
export async function reachStore({ config, clock, log }: Deps, opened: AsyncDisposableStack): Promise<Store> {
  const { target, service } = await findRedis({ config, clock, log }, opened)
  const connectFor = async (use: 'commands' | 'blocking') => {
    const redis = await connectRedis(target, use, { log })
    opened.defer(() => redis.disconnect())
    return redis
  }
  return {
    redis: await connectFor('commands'),
    connect: () => connectFor('blocking'),
    keys: createKeys(),
    storage: new FileStorage(fileURLToPath(config.storageUrl)),
    service,
  }
}

async function findRedis(
  { config, clock, log }: Deps,
  opened: AsyncDisposableStack,
): Promise<{ target: RedisTarget; service: Store['service'] }> {
  if (config.redisUrl) return { target: { url: config.redisUrl }, service: 'unknown' }
  const dir = resolve(config.dataDir, 'redis')
  if (!existsSync(dir)) throw nothingThere(config.dataDir)
  try {
    const owned = await ownDataDir(config.dataDir)
    opened.defer(() => owned.release())
  } catch (error) {
    const socketPath = await findSocketPath(dir)
    if ((await pingRedis(socketPath)) === 'ready') return { target: { socketPath }, service: 'running' }
    throw error
  }
  const embedded = await startEmbeddedRedis({ dir, log, clock })
  opened.defer(() => embedded.close())
  return { target: { socketPath: embedded.socketPath }, service: 'stopped' }
}

const nothingThere = (dataDir: string) =>
  new StartupError([
    {
      subject: 'DATA_DIR',
      expected: 'the folder of a Clipyard that has run',
      got: `${dataDir}, where there is no ${join('redis', '')} folder`,
      fix: 'set DATA_DIR (or REDIS_URL) as the service has it, or start the service with `npm start`',
    },
  ])
