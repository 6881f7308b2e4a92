import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import type { Config } from '../shared/config.ts'
import { openDataDir } from '../shared/config/data-dir.ts'
import type { Secret } from '../shared/config/secret.ts'
import { LinkSigner } from '../shared/crypto/link-signer.ts'
import { SealedBox } from '../shared/crypto/sealed-box.ts'
import { AddressGuard } from '../shared/net/address-guard.ts'
import type { Logger } from '../shared/observe/logger.ts'
import { assertNoEviction } from '../shared/redis/assert-no-eviction.ts'
import { connectRedis, type RedisTarget } from '../shared/redis/connect.ts'
import { startEmbeddedRedis } from '../shared/redis/embedded-redis.ts'
import { createKeys, type Keys } from '../shared/redis/keys.ts'
import { FileStorage } from '../shared/storage/file-storage.ts'
import type { Storage } from '../shared/storage/storage.ts'
import { SECOND_MS, type Clock } from '../shared/time/clock.ts'
import { publicAddress } from './public-address.ts'

/** A lease outlives two missed renewals; a dead worker's job goes on elsewhere within lease and upkeep, 35 s. */
const LEASE_MS = 30 * SECOND_MS

/** What API and workers are made from. */
export interface Parts {
  config: Config
  keys: Keys
  /** For who must answer someone: fails fast while Redis is away. */
  redis: Redis
  /** A further connection, for who may wait; closed with the parts. */
  connect: () => Promise<Redis>
  storage: Storage
  secrets: { apiKey: Secret; webhookSecret: Secret }
  box: SealedBox
  links: LinkSigner
  guard: AddressGuard
  /** The base of links that are given out. */
  address: ReturnType<typeof publicAddress>
  leaseMs: number
  clock: Clock
  log: Logger
}

/**
 * Opens data folder, Redis and storage; `opened` closes them in reverse.
 * @throws StartupError naming what is missing or at fault.
 */
export async function openParts(
  { config, clock, log }: { config: Config; clock: Clock; log: Logger },
  opened: AsyncDisposableStack,
): Promise<Parts> {
  const secrets = await openSecrets(config, opened)
  const target = await openRedis({ config, clock, log }, opened)
  const connectFor = async (use: 'commands' | 'blocking') => {
    const redis = await connectRedis(target, use, { log })
    opened.defer(() => redis.disconnect())
    return redis
  }
  const redis = await connectFor('commands')
  if (config.redisUrl) await assertNoEviction(redis)
  const guard = new AddressGuard(config.allowPrivateCidrs)
  opened.defer(() => guard.close())
  return {
    config,
    keys: createKeys(),
    redis,
    connect: () => connectFor('blocking'),
    storage: new FileStorage(fileURLToPath(config.storageUrl)),
    secrets,
    box: new SealedBox(secrets.secretsKey),
    links: new LinkSigner(secrets.secretsKey),
    guard,
    address: publicAddress(config.http),
    leaseMs: LEASE_MS,
    clock,
    log,
  }
}

/** One process keeps its own secrets in DATA_DIR; a fleet is given them, as `loadConfig` has made sure. */
async function openSecrets(config: Config, opened: AsyncDisposableStack) {
  const { apiKey, webhookSecret, secretsKey } = config.secrets
  if (config.role !== 'all' && apiKey && webhookSecret && secretsKey) return { apiKey, webhookSecret, secretsKey }
  const dataDir = await openDataDir(config.dataDir, config.secrets)
  opened.defer(() => dataDir.release())
  return dataDir.secrets
}

async function openRedis(
  { config, clock, log }: { config: Config; clock: Clock; log: Logger },
  opened: AsyncDisposableStack,
): Promise<RedisTarget> {
  if (config.redisUrl) return { url: config.redisUrl }
  const embedded = await startEmbeddedRedis({ dir: join(config.dataDir, 'redis'), log, clock })
  opened.defer(() => embedded.close())
  return { socketPath: embedded.socketPath }
}
