import { StartupError } from '../errors/startup-error.ts'
import type { RedisTarget } from './connect.ts'

/** The server as logs and messages may name it: without user and password. */
export function nameOf(target: RedisTarget): string {
  if ('socketPath' in target) return target.socketPath
  const { protocol, host, pathname } = new URL(target.url)
  return `${protocol}//${host}${pathname}`
}

/** Why a first connection failed, told so that an operator can mend it. */
export function explainRefusal(target: RedisTarget, cause: unknown): StartupError {
  const subject = 'url' in target ? 'REDIS_URL' : 'redis-server'
  const message = cause instanceof Error ? cause.message : String(cause)
  const { expected, fix } = remedy(message)
  return new StartupError(
    [{ subject, expected, got: `${nameOf(target)} said: ${message || codeOf(cause)}`, fix }],
    cause,
  )
}

function remedy(message: string): { expected: string; fix: string } {
  if (/WRONGPASS|NOAUTH|invalid (username|password)/i.test(message)) {
    return {
      expected: 'user and password that the server accepts',
      fix: 'write them as redis://user:password@host:port',
    }
  }
  if (/NOPERM/.test(message)) {
    return { expected: 'a user that may run every command', fix: "widen this user's permissions (ACL SETUSER)" }
  }
  if (/ENOTFOUND|EAI_AGAIN/.test(message)) {
    return { expected: 'a host name that can be resolved', fix: 'correct the host, or the name service' }
  }
  if (/wrong version number|certificate|SSL|TLS/i.test(message)) {
    return { expected: 'matching encryption', fix: 'use rediss:// for a server with TLS, redis:// for one without' }
  }
  return { expected: 'a server that answers', fix: 'start it, or correct host and port' }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'nothing')
