import { cidr, integer, integers, list, matching, oneOf, url } from './parsers.ts'
import type { Parser } from './parsers.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

export interface Setting<T> {
  parse: Parser<T>
  /** Used when the setting is unset or empty; without one, unset reads as `undefined`. */
  fallback?: T
  secret?: boolean
  meaning: string
}

const setting = <T>(parse: Parser<T>, meaning: string, more: { secret?: boolean } = {}): Setting<T> => ({
  parse,
  meaning,
  ...more,
})
const settingOr = <T>(fallback: NoInfer<T>, parse: Parser<T>, meaning: string): Setting<T> & { fallback: T } => ({
  parse,
  fallback,
  meaning,
})

const text = matching(/\S/, 'some text', 'write a value, or unset it')
const header = matching(/^[\x21-\x7e]{1,100}$/, '1 to 100 visible characters', 'use plain letters, digits and dashes')

/** Every setting that Clipyard reads from the environment. docs/settings.md is made from this list. */
export const SETTINGS = {
  HOST: settingOr('127.0.0.1', text, "the API's address"),
  PORT: settingOr(8080, integer(0, 65_535), 'its port; 0 picks a free one'),
  PUBLIC_URL: setting(url('http', 'https'), 'the base of links it gives out; from HOST and PORT unless set'),
  DATA_DIR: settingOr('.clipyard', text, 'everything kept on this machine; one owner at a time'),
  REDIS_URL: setting(
    url('redis', 'rediss', 'redis+sentinel', 'redis+cluster'),
    'unset: an own redis-server in DATA_DIR',
  ),
  API_KEY: setting(
    matching(
      /^[\x21-\x7e]{16,200}$/,
      '16 to 200 visible characters',
      'use a longer random key, or unset it to have one made',
    ),
    "the first tenant's admin key; made at first start",
    { secret: true },
  ),
  WEBHOOK_SECRET: setting(
    matching(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'whsec_ and at least 24 bytes in base64', 'unset it to have one made'),
    "signs jobs' webhooks; made at first start",
    { secret: true },
  ),
  SECRETS_KEY: setting(
    matching(/^\S{32,}$/, 'at least 32 characters', 'use a longer random value, or unset it to have one made'),
    'encrypts and signs what is kept or handed out; made at first start',
    { secret: true },
  ),
  UPSTREAM: setting(oneOf('nemo', 'local'), 'who edits: nemo if NEMO_API_URL or NEMO_TOKEN is set, else local'),
  ENGINE_URL: setting(url('http', 'https'), 'the local engine, if it runs elsewhere'),
  ENGINE_HOST: settingOr('127.0.0.1', text, 'the address that the local engine listens on'),
  ENGINE_PORT: setting(integer(0, 65_535), 'its port; 8090 as a role of its own, else a free one'),
  ENGINE_RENDERS: settingOr(1, integer(1, 64), 'renders that the local engine does at once'),
  ENGINE_CREDITS: settingOr(100_000, integer(0, 1_000_000_000), "the local engine's full balance; an edit costs 50"),
  ENGINE_CREDITS_REFILL_MS: settingOr(
    DAY,
    integer(0, 365 * DAY),
    'how often that balance is filled up again; 0: never',
  ),
  NEMO_API_URL: settingOr('https://mega-api-prod.nemovideo.ai', url('http', 'https'), 'the hosted API'),
  NEMO_TOKEN: setting(
    matching(/^[\x21-\x7e]+$/, 'visible characters', 'paste the token without spaces'),
    'its token; without one an anonymous token is used',
    { secret: true },
  ),
  NEMO_CLIENT_ID: setting(
    matching(/^[\x21-\x7e]{1,64}$/, 'at most 64 visible characters', 'use a UUID, or unset it to have one made'),
    'this installation, for anonymous tokens; made once',
  ),
  NEMO_SKILL_SOURCE: settingOr('clipyard', header, 'attribution header'),
  NEMO_SKILL_VERSION: setting(header, 'attribution header; the package version unless set'),
  NEMO_SKILL_PLATFORM: setting(header, 'attribution header; told from the install path unless set'),
  NEMO_CONCURRENCY: settingOr(4, integer(1, 1_000), 'messages streaming at once per upstream account'),
  NEMO_POLL_MS: settingOr(30_000, integer(10, HOUR), 'polling budget: no more polls than one each so often'),
  NEMO_RENDER_MAX_MS: settingOr(600_000, integer(100, DAY), 'then the render is given up'),
  NEMO_RATE_LIMIT_MS: settingOr(30_000, integer(1, HOUR), 'wait after a 429 without Retry-After'),
  NEMO_RECOVERY_MS: settingOr(
    [30_000, 60_000],
    integers(2, HOUR),
    'first and next wait for reading the state after a broken stream',
  ),
  NEMO_STREAM_IDLE_MS: settingOr(600_000, integer(10, DAY), "stall of one message's stream"),
  NEMO_STREAM_MAX_MS: settingOr(900_000, integer(10, DAY), "cap of one message's stream"),
  NEMO_RETRY_MS: settingOr([2_000, 60_000], integers(2, HOUR), 'back-off, first and longest'),
  NEMO_CREDITS_PROBE_MS: settingOr(
    60_000,
    integer(10, DAY),
    'how often the balance is read while jobs wait for credits',
  ),
  STORAGE_URL: setting(url('file', 's3'), 'where clips and outputs live; a folder under DATA_DIR unless set'),
  WORKER_CONCURRENCY: settingOr(16, integer(1, 1_000), 'legs of jobs that one worker process carries at once'),
  ALLOW_PRIVATE_CIDRS: settingOr([], list(cidr), 'private ranges that clip and webhook URLs may point to'),
  CORS_ORIGINS: settingOr([], list(url('http', 'https')), 'pages allowed to call the API'),
  MAX_UPLOAD_BYTES: settingOr(524_288_000, integer(1, Number.MAX_SAFE_INTEGER), "one clip's size"),
  RETENTION_DAYS: settingOr(30, integer(1, 3_650), 'how long finished jobs and their files are kept'),
  LOG_LEVEL: settingOr('info', oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), "pino's levels"),
} as const satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof SETTINGS

type Read<S> = S extends { parse: Parser<infer T>; fallback: unknown }
  ? T
  : S extends Setting<infer T>
    ? T | undefined
    : never

/** Each setting as it was read: typed, defaults filled in. */
export type Settings = { [N in SettingName]: Read<(typeof SETTINGS)[N]> }
