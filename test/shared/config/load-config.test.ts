import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/shared/config.ts'
import { StartupError } from '../../../src/shared/errors/startup-error.ts'

const faultsOf = (env: Record<string, string>, role: Parameters<typeof loadConfig>[1] = 'all') => {
  try {
    loadConfig(env, role)
  } catch (error) {
    if (error instanceof StartupError) return error.faults
    throw error
  }
  return []
}

describe('loadConfig', () => {
  it('needs nothing but defaults', () => {
    expect(loadConfig({})).toMatchObject({
      role: 'all',
      http: { host: '127.0.0.1', port: 8080, maxUploadBytes: 524_288_000 },
      upstream: 'local',
      nemo: { pollMs: 30_000, recoveryMs: { first: 30_000, next: 60_000 } },
      retentionDays: 30,
    })
  })

  it('tells all faults at once, each with what was expected, what came and how to mend it', () => {
    const faults = faultsOf({ PORT: '99999', LOG_LEVEL: 'loud', ALLOW_PRIVATE_CIDRS: '10.0.0.0', NEMO_RETRY_MS: '1' })
    expect(faults.map(({ subject }) => subject).sort()).toEqual([
      'ALLOW_PRIVATE_CIDRS',
      'LOG_LEVEL',
      'NEMO_RETRY_MS',
      'PORT',
    ])
    for (const fault of faults) expect(Object.values(fault).every((text) => text.length > 2)).toBe(true)
  })

  it('never prints a secret, neither a good one nor a bad one', () => {
    const [fault] = faultsOf({ API_KEY: 'tooshort' })
    expect(JSON.stringify(fault)).not.toContain('tooshort')
    const config = loadConfig({ API_KEY: 'a-long-enough-secret', NEMO_TOKEN: 'nmv_usr_secret' })
    expect(`${JSON.stringify(config)}${inspect(config, { depth: 9 })}`).not.toContain('secret"}')
    expect(`${JSON.stringify(config)}${inspect(config, { depth: 9 })}`).not.toMatch(/a-long-enough|nmv_usr/)
  })

  it.each([
    [{}, 'local'],
    [{ NEMO_TOKEN: 'x' }, 'nemo'],
    [{ NEMO_API_URL: 'http://127.0.0.1:1' }, 'nemo'],
    [{ NEMO_TOKEN: 'x', UPSTREAM: 'local' }, 'local'],
    [{ NEMO_TOKEN: '', NEMO_API_URL: ' ' }, 'local'],
  ])('lets %o edit with %s', (env, upstream) => {
    expect(loadConfig(env).upstream).toBe(upstream)
  })

  it('asks a fleet for what its processes must share', () => {
    expect(faultsOf({}, 'worker').map(({ subject }) => subject)).toEqual([
      'REDIS_URL',
      'API_KEY',
      'WEBHOOK_SECRET',
      'SECRETS_KEY',
      'ENGINE_URL',
    ])
    expect(faultsOf({}, 'engine')).toEqual([])
  })

  it('refuses what this version can not do, instead of doing something else', () => {
    const faults = faultsOf({ STORAGE_URL: 's3://bucket/prefix', REDIS_URL: 'redis+cluster://a,b' })
    expect(faults.map(({ subject }) => subject)).toEqual(['REDIS_URL', 'STORAGE_URL'])
  })
})
