import { Readable } from 'node:stream'
import { request, type Dispatcher } from 'undici'
import { badRequest, EngineRefusal, fileTooLarge } from '../engine-refusal.ts'

const FETCH_TIMEOUT_MS = 300_000
const MAX_REDIRECTS = 3

interface Limits {
  signal: AbortSignal
  maxBytes: number
}

/** Opens what a client named by its address. Only http and https, also after a redirect. */
export async function fetchClip(
  address: string,
  { signal, maxBytes }: Limits,
): Promise<{ name: string; body: Readable }> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)])
  let url = httpUrl(address)
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await request(url, { signal: until }).catch((cause: unknown) => unreachable(url, cause))
    const location = response.headers['location']
    if (response.statusCode >= 300 && response.statusCode < 400 && typeof location === 'string') {
      await response.body.dump()
      url = httpUrl(new URL(location, url).href)
      continue
    }
    return {
      name: decodeURIComponent(url.pathname.split('/').at(-1) ?? ''),
      body: await bodyOf(response, url, maxBytes),
    }
  }
  throw unreachable(url, new Error('too many redirects'))
}

async function bodyOf(response: Dispatcher.ResponseData, url: URL, maxBytes: number): Promise<Readable> {
  if (response.statusCode === 200 && !(Number(response.headers['content-length']) > maxBytes)) return response.body
  await response.body.dump()
  if (response.statusCode === 200) throw fileTooLarge(maxBytes)
  return unreachable(url, new Error(`HTTP ${response.statusCode}`))
}

function httpUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw badRequest('Only http and https addresses can be fetched')
}

function unreachable(url: URL, cause: unknown): never {
  throw new EngineRefusal(4003, `The file at ${url.origin} could not be fetched`, { cause })
}
