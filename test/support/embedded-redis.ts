import { Redis } from 'ioredis'
import { silentLogger, type Logger } from '../../src/shared/observe/logger.ts'
import { startEmbeddedRedis } from '../../src/shared/redis/embedded-redis.ts'
import { systemClock, type Clock } from '../../src/shared/time/clock.ts'

/** An embedded server in `dir` with a client on it; both end with `await using`. */
export async function embeddedRedis(dir: string, parts: { log?: Logger; clock?: Clock } = {}) {
  const server = await startEmbeddedRedis({ dir, log: silentLogger, clock: systemClock, ...parts })
  const redis = new Redis({ path: server.socketPath, maxRetriesPerRequest: null, retryStrategy: () => 10 })
  redis.on('error', () => undefined) // restarts of the server are what is tested
  return {
    server,
    redis,
    async [Symbol.asyncDispose]() {
      redis.disconnect()
      await server.close()
    },
  }
}
