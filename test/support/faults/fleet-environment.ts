import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What every process of a test's fleet shares; none of it is worth keeping secret. */
export const FLEET_API_KEY = 'a-key-of-a-test-fleet'
const FLEET = {
  API_KEY: FLEET_API_KEY,
  WEBHOOK_SECRET: `whsec_${'a'.repeat(32)}`,
  SECRETS_KEY: 's'.repeat(32),
  ALLOW_PRIVATE_CIDRS: '127.0.0.0/8',
  LOG_LEVEL: 'warn',
}

/** An upstream on this machine answers in milliseconds, so all waits for it are short; the rules stay as they are. */
const SHORT_WAITS = {
  NEMO_POLL_MS: '150',
  NEMO_RENDER_MAX_MS: '120000',
  NEMO_RATE_LIMIT_MS: '200',
  NEMO_RECOVERY_MS: '150,150',
  NEMO_STREAM_IDLE_MS: '8000',
  NEMO_STREAM_MAX_MS: '6000',
  NEMO_RETRY_MS: '50,500',
  NEMO_CREDITS_PROBE_MS: '200',
}

/** The environment of a worker or an API of a fleet in `folder`. */
export const fleetEnvironment = (at: { folder: string; redisUrl: string; upstreamUrl: string }) => ({
  ...FLEET,
  ...SHORT_WAITS,
  DATA_DIR: join(at.folder, 'data'),
  STORAGE_URL: pathToFileURL(join(at.folder, 'storage')).href,
  REDIS_URL: at.redisUrl,
  UPSTREAM: 'nemo',
  NEMO_API_URL: at.upstreamUrl,
})
