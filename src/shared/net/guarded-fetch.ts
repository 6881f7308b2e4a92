import { PassThrough, type Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { BadStatus, Unreachable } from './address-errors.ts'
import type { AddressGuard } from './address-guard.ts'
import { fileNameOf } from './file-name.ts'
import { guardedRequest } from './guarded-request.ts'
import { toNetworkFault } from './network-fault.ts'

/** A file behind a URL, opened. Its body breaks with Unreachable, or the signal's reason. Read it to the end or destroy it. */
export interface OpenedFile {
  body: Readable
  /** 200, or 206 when the answer begins at `from`. */
  status: number
  /** The byte that the body begins with: 0 where the server did not go along with `from`. */
  from: number
  /** Size of the whole file; null when the server does not say. */
  bytes: number | null
  contentType: string | null
  /** Whether asking for the rest later is worth a try. */
  acceptsRanges: boolean
  /** The strong one, for `if-range`. */
  etag: string | null
  finalUrl: URL
  filename: string | null
}

export interface OpenOptions {
  signal: AbortSignal
  headers?: Record<string, string>
  /** Asks for the bytes from here on. */
  from?: number
  maxRedirects?: number
  /** The longest silence of the server. */
  silenceMs?: number
}

const MAX_REDIRECTS = 5
const SILENCE_MS = 60_000
const REDIRECTS = [301, 302, 303, 307, 308]
/** What another host must not learn. */
const PERSONAL = /^(authorization|proxy-authorization|cookie)$/i

/**
 * Opens a file at an address that a user gave. Redirects are followed by hand, each checked as the first address was.
 * @throws InvalidAddress, AddressBlocked, Unreachable, BadStatus
 */
export async function openGuarded(guard: AddressGuard, address: string, options: OpenOptions): Promise<OpenedFile> {
  const { signal, from = 0, maxRedirects = MAX_REDIRECTS, silenceMs = SILENCE_MS } = options
  let url = guard.checkUrl(address)
  let headers: Record<string, string> = { accept: '*/*', ...options.headers, 'accept-encoding': 'identity' }
  if (from > 0) headers['range'] = `bytes=${from}-`
  for (let redirects = 0; ; redirects += 1) {
    const answer = await guardedRequest(guard, url, { method: 'GET', headers, signal, silenceMs })
    if (!REDIRECTS.includes(answer.statusCode)) return opened(answer, { url, from, signal })
    discard(answer)
    if (redirects === maxRedirects) throw new Unreachable('redirect', `Expected at most ${maxRedirects} redirects`)
    const next = nextAddress(guard, url, textOf(answer.headers['location']))
    if (next.origin !== url.origin) headers = withoutPersonal(headers)
    url = next
  }
}

function nextAddress(guard: AddressGuard, url: URL, location: string | undefined): URL {
  const target = location === undefined ? null : URL.parse(location, url)
  if (!target) throw new Unreachable('redirect', `Expected ${url.host} to say where its redirect leads; it did not`)
  const next = guard.checkUrl(target.href)
  if (url.protocol === 'https:' && next.protocol === 'http:') {
    throw new Unreachable(
      'redirect',
      `${url.host} redirects from https to http; give it an https address that stays so`,
    )
  }
  return next
}

const withoutPersonal = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !PERSONAL.test(name)))

function opened(answer: Dispatcher.ResponseData, asked: { url: URL; from: number; signal: AbortSignal }): OpenedFile {
  const { statusCode: status, headers } = answer
  const { url } = asked
  if (status !== 200 && !(status === 206 && asked.from > 0)) {
    discard(answer)
    throw new BadStatus(status, url.host)
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(textOf(headers['content-range']) ?? '')
  if (status === 206 && Number(range?.[1]) !== asked.from) {
    discard(answer)
    throw new Unreachable('protocol', `Expected the bytes from ${asked.from} on, ${url.host} sent others`)
  }
  const etag = textOf(headers['etag'])
  return {
    body: guardedBody(answer.body, url.host, asked.signal),
    status,
    from: status === 206 ? asked.from : 0,
    bytes: sizeOf(status === 206 ? range?.[2] : textOf(headers['content-length'])),
    contentType: textOf(headers['content-type']) ?? null,
    acceptsRanges: status === 206 || textOf(headers['accept-ranges']) === 'bytes',
    etag: etag?.startsWith('"') ? etag : null,
    finalUrl: url,
    filename: fileNameOf(textOf(headers['content-disposition']), url),
  }
}

function guardedBody(body: Readable, host: string, signal: AbortSignal): Readable {
  const out = new PassThrough()
  body.on('error', (error) => out.destroy(signal.aborted ? asError(signal.reason) : toNetworkFault(error, host)))
  out.on('close', () => body.destroy())
  return body.pipe(out)
}

const asError = (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason)))

const discard = ({ body }: Dispatcher.ResponseData) => body.on('error', () => undefined).destroy()

const textOf = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header)

const sizeOf = (text: string | undefined) => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null)
