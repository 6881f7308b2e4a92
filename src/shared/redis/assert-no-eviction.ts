import type { Redis } from 'ioredis'
import { StartupError, type Fault } from '../errors/startup-error.ts'

const OLDEST = { major: 6, minor: 2 }

/**
 * Refuses a server that could drop accepted jobs, or that is too old. Asks `INFO`, since hosted servers forbid `CONFIG`.
 * @throws StartupError with both faults at once.
 */
export async function assertNoEviction(redis: Redis): Promise<void> {
  const info = `${await redis.info('server')}\n${await redis.info('memory')}`
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? 'unknown'
  const faults = [versionFault(field('redis_version')), evictionFault(field('maxmemory_policy'))]
  const found = faults.filter((fault) => fault !== undefined)
  if (found.length > 0) throw new StartupError(found)
}

function versionFault(version: string): Fault | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return undefined
  const expected = `Redis ${OLDEST.major}.${OLDEST.minor} or newer`
  return { subject: 'REDIS_URL', expected, got: `version ${version}`, fix: 'upgrade the server' }
}

function evictionFault(policy: string): Fault | undefined {
  if (policy === 'noeviction') return undefined
  const expected = 'maxmemory-policy noeviction, since any other drops accepted jobs when memory is full'
  const fix = 'CONFIG SET maxmemory-policy noeviction, and write it into the configuration of the server'
  return { subject: 'REDIS_URL', expected, got: policy, fix }
}
