import { randomUUID } from 'node:crypto'
import { homedir } from 'node:os'
import type { Dispatcher } from 'undici'
import type { Config } from '../shared/config.ts'
import type { SealedBox } from '../shared/crypto/sealed-box.ts'
import type { Keys } from '../shared/redis/keys.ts'
import type { Redis } from 'ioredis'
import type { Logger } from '../shared/observe/logger.ts'
import type { Clock } from '../shared/time/clock.ts'
import { anonymousToken } from '../shared/upstream/anonymous-token.ts'
import { platformOf } from '../shared/upstream/attribution.ts'
import { createNemoClient } from '../shared/upstream/nemo-client.ts'
import { redisTokenCache } from '../shared/upstream/redis-token-cache.ts'
import { configuredToken } from '../shared/upstream/tokens.ts'
import type { Upstream } from '../shared/upstream/upstream.ts'
import { PACKAGE_VERSION } from './package-version.ts'

export interface OpenedUpstream {
  upstream: Upstream
  /** Names the account, for limits that all workers share. */
  account: string
  /** The account's user id, where it is anonymous and the upstream told one; for the registration link. */
  accountUserId: () => Promise<string | null>
  close(): Promise<void>
}

interface Parts {
  config: Config
  baseUrl: string
  redis: Redis
  keys: Keys
  box: SealedBox
  foreign: Dispatcher
  clock: Clock
  log: Logger
}

/** The client of who edits: the hosted API, or the local engine, which is always used anonymously. */
export async function openUpstream(parts: Parts): Promise<OpenedUpstream> {
  const { config, baseUrl, clock, log } = parts
  const { nemo } = config
  const token = config.upstream === 'nemo' ? nemo.token : undefined
  const account = token ? 'configured' : `anonymous-${config.upstream}`
  const tokens = token
    ? { ...configuredToken(token), close: async () => undefined }
    : await anonymousAccount(parts, account)
  const client = createNemoClient({
    baseUrl,
    skill: {
      source: nemo.skill.source,
      version: nemo.skill.version ?? PACKAGE_VERSION,
      platform: nemo.skill.platform ?? platformOf(import.meta.dirname, homedir()),
    },
    tokens,
    limits: { streamIdleMs: nemo.streamIdleMs, streamMaxMs: nemo.streamMaxMs },
    foreign: parts.foreign,
    clock,
    log,
  })
  return {
    upstream: client,
    account,
    accountUserId: () => tokens.userId(),
    close: async () => {
      await client.close()
      await tokens.close()
    },
  }
}

async function anonymousAccount({ config, baseUrl, redis, keys, box, clock, log }: Parts, account: string) {
  const clientId = config.nemo.clientId ?? (await keepClientId(redis, keys))
  const cache = redisTokenCache({ redis, keys, box, account, clock })
  return anonymousToken({ baseUrl, clientId, cache, clock, log, rateLimitMs: config.nemo.rateLimitMs })
}

/** One id per installation: the first process makes it, all others find it. */
async function keepClientId(redis: Redis, keys: Keys): Promise<string> {
  await redis.set(keys.clientId(), randomUUID(), 'NX')
  return (await redis.get(keys.clientId())) ?? randomUUID()
}
