import { AddressBlocked, BadStatus, InvalidAddress, Unreachable, type UnreachableReason } from './address-errors.ts'

const FAULTS: readonly (readonly [codes: RegExp, reason: UnreachableReason, words: string])[] = [
  [/^(ENOTFOUND|ENODATA|EAI_|ESERVFAIL)/, 'dns', 'its name could not be resolved'],
  [/^ECONNREFUSED$/, 'refused', 'it refused the connection'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EHOSTDOWN)$/, 'no_route', 'there is no way to it from here'],
  [/^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, 'timeout', 'it did not take the connection in time'],
  [/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/, 'timeout', 'it went silent'],
  [/^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_)/, 'tls', 'TLS failed'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH)/, 'broken', 'the connection broke'],
]

/**
 * Puts what a call of undici threw into words. Errors of this folder stay as they are; a caller's own abort must be told
 * apart before.
 */
export function toNetworkFault(
  error: unknown,
  host: string,
): Unreachable | AddressBlocked | InvalidAddress | BadStatus {
  if (error instanceof Unreachable || error instanceof BadStatus) return error
  if (error instanceof AddressBlocked || error instanceof InvalidAddress) return error
  const code = codeOf(error)
  const [, reason, words] = FAULTS.find(([codes]) => codes.test(code)) ?? [/./, 'protocol', 'it did not speak HTTP']
  return new Unreachable(reason, `Expected an answer of ${host}; ${words}${code ? ` (${code})` : ''}`, error)
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return error instanceof AggregateError ? codeOf(error.errors[0]) : codeOf(error.cause)
}
