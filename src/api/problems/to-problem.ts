import type { FastifyError, FastifyRequest } from 'fastify'
import { Problem } from '../../shared/errors/problems.ts'
import { SizeLimitError, StorageError } from '../../shared/storage/storage.ts'
import { BODY_LIMIT_BYTES } from '../body-limit.ts'
import { redisAway } from '../../shared/redis/redis-away.ts'

/** How long a client that met an outage should wait. */
export const OUTAGE_RETRY_SECONDS = 5

/** Whatever was thrown, as the problem that its caller is told. Unexpected ones keep the original as `cause`. */
export function toProblem(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  if (redisAway(error)) return unavailable('The database does not answer; try again', error)
  if (error instanceof StorageError) return unavailable('Storage can not be read or written; try again', error)
  if (error instanceof SizeLimitError) return tooLarge(error.maxBytes)
  return fromFastify(error as FastifyError, request) ?? unexpected(error)
}

const unavailable = (detail: string, cause: unknown) =>
  new Problem('unavailable', detail, { retryAfterSeconds: OUTAGE_RETRY_SECONDS, cause })

const unexpected = (cause: unknown) =>
  new Problem('internal', 'Clipyard met an error that it did not expect; its log has the whole story', { cause })

/** A body, or a file of it, that is longer than it may be. */
export const tooLarge = (maxBytes: number) =>
  new Problem('payload_too_large', `Expected at most ${maxBytes} bytes, got more; send less or in parts`)

function fromFastify(error: FastifyError, request: FastifyRequest): Problem | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new Problem('malformed_json', 'Expected a body that is valid JSON, got something else; check its quotes')
    case 'FST_INVALID_JSON_FIELD_ERROR':
      return new Problem('malformed_json', 'Expected a form field of valid JSON, got something else')
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return tooLarge(request.routeOptions.bodyLimit ?? BODY_LIMIT_BYTES)
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('unsupported_media_type', contentTypes(request))
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Problem('not_found', 'Expected an address of this API, got one that can not be read')
    default:
      return isClientFault(error)
        ? new Problem(
            'malformed_json',
            `Expected a whole and well-formed body; ${error.message || 'got something else'}`,
          )
        : undefined
  }
}

/** Broken transfers and broken multipart bodies, by whichever part of the HTTP stack noticed. */
const isClientFault = (error: FastifyError) =>
  (error?.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) ||
  /^(FST_|ECONNRESET$)/.test(error?.code ?? '') ||
  /^(Part terminated early|Unexpected end of (multipart|form)|Multipart: |Malformed part header)/.test(error?.message)

function contentTypes(request: FastifyRequest): string {
  const got = request.headers['content-type'] ?? 'none'
  const body = request.routeOptions.schema?.body as { content?: object } | undefined
  const expected = Object.keys(body?.content ?? { 'application/json': {} })
  return `Expected a body of the type ${expected.join(' or ')}, got ${got.slice(0, 100)}`
}
