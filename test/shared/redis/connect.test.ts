import type { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { StartupError } from '../../../src/shared/errors/startup-error.ts'
import { silentLogger } from '../../../src/shared/observe/logger.ts'
import { assertNoEviction } from '../../../src/shared/redis/assert-no-eviction.ts'
import { connectRedis } from '../../../src/shared/redis/connect.ts'
import { embeddedRedis } from '../../support/embedded-redis.ts'
import { freePort } from '../../support/free-port.ts'
import { LogSpy } from '../../support/log-spy.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { testRedis } from '../../support/test-redis.ts'

const options = { log: silentLogger }

async function ownServer() {
  const temp = await tempDir()
  const server = await embeddedRedis(temp.path)
  return {
    ...server,
    target: { socketPath: server.server.socketPath },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await temp[Symbol.asyncDispose]()
    },
  }
}

const closed = (redis: Redis) => new Promise((resolve) => redis.once('close', resolve))

describe('connectRedis', () => {
  it('is ready when it resolves', async () => {
    await using shared = await testRedis()
    for (const use of ['commands', 'blocking'] as const) {
      const redis = await connectRedis({ url: shared.url }, use, options)
      expect(await redis.ping()).toBe('PONG')
      redis.disconnect()
    }
  })

  it('refuses commands at once while Redis is away, and works again when it is back', async () => {
    await using t = await ownServer()
    const log = new LogSpy()
    const redis = await connectRedis(t.target, 'commands', { log: log.logger })
    const lost = closed(redis)
    process.kill(t.server.pid(), 'SIGKILL')
    await lost

    await expect(redis.get('x')).rejects.toThrow("Stream isn't writeable")
    await log.reached(/Redis is back/)
    expect(await redis.ping()).toBe('PONG')
    redis.disconnect()
  })

  it('fails a command whose reply is lost, and does not send it again', async () => {
    await using t = await ownServer()
    const redis = await connectRedis(t.target, 'commands', options)
    process.kill(t.server.pid(), 'SIGSTOP')
    const sent = redis.incr('counted')
    process.kill(t.server.pid(), 'SIGKILL')
    await expect(sent).rejects.toThrow('Reached the max retries per request')

    expect(await t.redis.get('counted')).toBe(null)
    redis.disconnect()
  })

  it('lets a blocking use wait for Redis to be back', async () => {
    await using t = await ownServer()
    const redis = await connectRedis(t.target, 'blocking', options)
    const lost = closed(redis)
    process.kill(t.server.pid(), 'SIGKILL')
    await lost

    expect(await redis.ping()).toBe('PONG')
    redis.disconnect()
  })

  it('says that nobody answers there', async () => {
    const port = await freePort()
    const connecting = connectRedis({ url: `redis://:hidden@127.0.0.1:${port}/0` }, 'commands', options)

    await expect(connecting).rejects.toThrow(StartupError)
    await expect(connecting).rejects.toThrow(
      `REDIS_URL: expected a server that answers; got redis://127.0.0.1:${port}/0 said: connect ECONNREFUSED`,
    )
  })

  it('says that the name is not known', async () => {
    const connecting = connectRedis({ url: 'redis://no-such-host.invalid:6379' }, 'blocking', options)

    await expect(connecting).rejects.toThrow(/expected a host name that can be resolved/)
  })

  it('says that the password is wrong, and does not repeat it', async () => {
    await using t = await ownServer()
    await t.redis.config('SET', 'requirepass', 'right')
    const port = await freePort()
    await t.redis.config('SET', 'port', port)
    for (const url of [`redis://:wrong-one@127.0.0.1:${port}`, `redis://127.0.0.1:${port}`]) {
      const error = await connectRedis({ url }, 'commands', options).catch((reason: unknown) => reason)
      expect(String(error)).toContain('expected user and password that the server accepts')
      expect(String(error)).not.toContain('wrong-one')
    }
  })
})

describe('assertNoEviction', () => {
  it('accepts a server that evicts nothing', async () => {
    await using t = await ownServer()

    await expect(assertNoEviction(t.redis)).resolves.toBeUndefined()
  })

  it('refuses one that evicts, naming its policy', async () => {
    await using t = await ownServer()
    await t.redis.config('SET', 'maxmemory-policy', 'allkeys-lru')

    await expect(assertNoEviction(t.redis)).rejects.toThrow(
      /REDIS_URL: expected maxmemory-policy noeviction.*got allkeys-lru/,
    )
  })

  it('refuses one that is too old', async () => {
    const old = { info: async () => 'redis_version:6.0.16\r\nmaxmemory_policy:noeviction\r\n' } as unknown as Redis

    await expect(assertNoEviction(old)).rejects.toThrow('expected Redis 6.2 or newer; got version 6.0.16')
  })
})
