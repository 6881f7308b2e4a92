/** Replies of a server that is there but can't serve: starting, full, a replica, part of a cluster that is down. */
const REFUSALS = /^(READONLY|LOADING|OOM|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF|UNBLOCKED)\b/

/** What the client says while there is no server to ask; nobody else says it in these words. */
const CLIENT_SAYS = /^(Connection is closed|Command timed out|Stream isn't writeable|Socket closed unexpectedly)/

const CONNECTION_CODES = /^(ECONNREFUSED|ECONNRESET|ENOENT|ENOTFOUND|ETIMEDOUT|EPIPE|EHOSTUNREACH|EAI_AGAIN|NR_CLOSED)$/

/**
 * What an error of the Redis client means: `refused` by the server, so surely not done; `lost` on the way, so perhaps
 * done; null when it is none of the two.
 */
export function redisAway(error: unknown): 'refused' | 'lost' | null {
  return toldByRedis(error) ?? brokenConnection(error)
}

/** The same where the error can be no other's: a connection that broke may have been any. */
export function toldByRedis(error: unknown): 'refused' | 'lost' | null {
  if (!(error instanceof Error)) return null
  if (REFUSALS.test(error.message.replace(/^(ERR )?(Error|EXECABORT)[^:]*: -?/, ''))) return 'refused'
  return error.name === 'MaxRetriesPerRequestError' || CLIENT_SAYS.test(error.message) ? 'lost' : null
}

function brokenConnection(error: unknown): 'lost' | null {
  if (!(error instanceof Error)) return null
  if (error.message.startsWith('connect E')) return 'lost'
  const { syscall, code } = error as NodeJS.ErrnoException
  return syscall !== undefined && /^(connect|read|write)$/.test(syscall) && CONNECTION_CODES.test(code ?? '')
    ? 'lost'
    : null
}
