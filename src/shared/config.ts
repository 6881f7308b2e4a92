import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StartupError, type Fault } from './errors/startup-error.ts'
import { Expected } from './config/parsers.ts'
import { Secret } from './config/secret.ts'
import { SETTINGS, type Setting, type SettingName, type Settings } from './config/settings.ts'
import type { LogLevel } from './observe/logger.ts'

/** `all` is everything in one process tree; the others are for a fleet. */
export const ROLES = ['all', 'api', 'worker', 'engine'] as const
export type Role = (typeof ROLES)[number]

/** What `loadConfig` makes of the environment. Times are milliseconds, sizes bytes, paths absolute. */
export interface Config {
  role: Role
  http: { host: string; port: number; publicUrl: string | undefined; corsOrigins: string[]; maxUploadBytes: number }
  dataDir: string
  redisUrl: string | undefined
  secrets: { apiKey: Secret | undefined; webhookSecret: Secret | undefined; secretsKey: Secret | undefined }
  upstream: 'nemo' | 'local'
  engine: EngineConfig
  nemo: NemoConfig
  storageUrl: string
  workerConcurrency: number
  allowPrivateCidrs: string[]
  retentionDays: number
  logLevel: LogLevel
}

export interface EngineConfig {
  /** Set when the engine runs elsewhere. */
  url: string | undefined
  host: string
  port: number
  dataDir: string
  renders: number
  credits: number
  creditsRefillMs: number
  maxUploadBytes: number
}

export interface NemoConfig {
  apiUrl: string
  token: Secret | undefined
  clientId: string | undefined
  skill: { source: string; version: string | undefined; platform: string | undefined }
  concurrency: number
  pollMs: number
  renderMaxMs: number
  rateLimitMs: number
  recoveryMs: { first: number; next: number }
  streamIdleMs: number
  streamMaxMs: number
  retryMs: { first: number; longest: number }
  creditsProbeMs: number
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the whole configuration from `env`. Pure: touches nothing else.
 * @throws StartupError with every fault at once, each as expected / got / fix.
 */
export function loadConfig(env: Environment, role: Role = 'all'): Config {
  const { settings, faults } = readSettings(env)
  faults.push(...roleFaults(role, settings, env))
  if (faults.length > 0) throw new StartupError(faults)
  return toConfig(role, settings, env)
}

function readSettings(env: Environment): { settings: Settings; faults: Fault[] } {
  const faults: Fault[] = []
  const read = (name: SettingName, setting: Setting<unknown>): unknown => {
    const text = env[name]?.trim()
    if (text === undefined || text === '') return setting.fallback
    try {
      return setting.parse(text)
    } catch (error) {
      if (!(error instanceof Expected)) throw error
      const got = setting.secret ? `[secret] of ${text.length} characters` : JSON.stringify(text)
      faults.push({ subject: name, expected: error.message, got, fix: error.fix })
      return setting.fallback
    }
  }
  const names = Object.keys(SETTINGS) as SettingName[]
  const settings = Object.fromEntries(names.map((name) => [name, read(name, SETTINGS[name])])) as Settings
  return { settings, faults }
}

function roleFaults(role: Role, settings: Settings, env: Environment): Fault[] {
  const faults: Fault[] = []
  const fleet = role === 'api' || role === 'worker'
  if (fleet && !settings.REDIS_URL) {
    const expected = `a Redis server that the roles share (this is the role ${role})`
    faults.push({
      subject: 'REDIS_URL',
      expected,
      got: 'nothing',
      fix: 'set it to redis://host:6379, or run the role all',
    })
  }
  const shared = ['API_KEY', 'WEBHOOK_SECRET', 'SECRETS_KEY'] as const
  for (const subject of fleet ? shared : []) {
    if (settings[subject]) continue
    if (env[subject]?.trim()) continue // its own fault is told already
    faults.push({
      subject,
      expected: 'the same value in every process of a fleet',
      got: 'nothing',
      fix: `set ${subject}`,
    })
  }
  if (role === 'worker' && upstreamOf(settings, env) === 'local' && !settings.ENGINE_URL) {
    const fix = 'run `clipyard engine` and set ENGINE_URL to its address, or set UPSTREAM=nemo'
    faults.push({ subject: 'ENGINE_URL', expected: 'the address of the local engine', got: 'nothing', fix })
  }
  for (const subject of ['REDIS_URL', 'STORAGE_URL'] as const) {
    const value = settings[subject]
    if (!value || /^(rediss?|file):/.test(value)) continue
    const expected = subject === 'REDIS_URL' ? 'redis:// or rediss://' : 'file:///folder'
    faults.push({
      subject,
      expected,
      got: value.split('?')[0] ?? '',
      fix: 'this version knows one server and one shared folder only',
    })
  }
  return faults
}

const upstreamOf = (settings: Settings, env: Environment) =>
  settings.UPSTREAM ?? (env['NEMO_API_URL']?.trim() || settings.NEMO_TOKEN ? 'nemo' : 'local')

function toConfig(role: Role, settings: Settings, env: Environment): Config {
  const dataDir = resolve(settings.DATA_DIR)
  return {
    role,
    http: {
      host: settings.HOST,
      port: settings.PORT,
      publicUrl: settings.PUBLIC_URL,
      corsOrigins: settings.CORS_ORIGINS,
      maxUploadBytes: settings.MAX_UPLOAD_BYTES,
    },
    dataDir,
    redisUrl: settings.REDIS_URL,
    secrets: {
      apiKey: secret(settings.API_KEY),
      webhookSecret: secret(settings.WEBHOOK_SECRET),
      secretsKey: secret(settings.SECRETS_KEY),
    },
    upstream: upstreamOf(settings, env),
    engine: {
      url: settings.ENGINE_URL,
      host: settings.ENGINE_HOST,
      port: settings.ENGINE_PORT ?? (role === 'engine' ? 8090 : 0),
      dataDir: resolve(dataDir, 'engine'),
      renders: settings.ENGINE_RENDERS,
      credits: settings.ENGINE_CREDITS,
      creditsRefillMs: settings.ENGINE_CREDITS_REFILL_MS,
      maxUploadBytes: settings.MAX_UPLOAD_BYTES,
    },
    nemo: toNemoConfig(settings),
    storageUrl: settings.STORAGE_URL ?? pathToFileURL(resolve(dataDir, 'storage')).href,
    workerConcurrency: settings.WORKER_CONCURRENCY,
    allowPrivateCidrs: settings.ALLOW_PRIVATE_CIDRS,
    retentionDays: settings.RETENTION_DAYS,
    logLevel: settings.LOG_LEVEL,
  }
}

function toNemoConfig(settings: Settings): NemoConfig {
  const [recoveryFirst = 0, recoveryNext = 0] = settings.NEMO_RECOVERY_MS
  const [retryFirst = 0, retryLongest = 0] = settings.NEMO_RETRY_MS
  return {
    apiUrl: settings.NEMO_API_URL,
    token: secret(settings.NEMO_TOKEN),
    clientId: settings.NEMO_CLIENT_ID,
    skill: {
      source: settings.NEMO_SKILL_SOURCE,
      version: settings.NEMO_SKILL_VERSION,
      platform: settings.NEMO_SKILL_PLATFORM,
    },
    concurrency: settings.NEMO_CONCURRENCY,
    pollMs: settings.NEMO_POLL_MS,
    renderMaxMs: settings.NEMO_RENDER_MAX_MS,
    rateLimitMs: settings.NEMO_RATE_LIMIT_MS,
    recoveryMs: { first: recoveryFirst, next: recoveryNext },
    streamIdleMs: settings.NEMO_STREAM_IDLE_MS,
    streamMaxMs: settings.NEMO_STREAM_MAX_MS,
    retryMs: { first: retryFirst, longest: retryLongest },
    creditsProbeMs: settings.NEMO_CREDITS_PROBE_MS,
  }
}

const secret = (value: string | undefined) => (value === undefined ? undefined : new Secret(value))
