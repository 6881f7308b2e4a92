import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { callbackify } from 'node:util'
import ipaddr from 'ipaddr.js'
import { Agent, buildConnector } from 'undici'
import { AddressBlocked, InvalidAddress } from './address-errors.ts'
import { isInRanges, specialRangeOf, type Cidr } from './special-ranges.ts'

/** Gives all addresses of a name. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>

const LOCAL_NAME = /(^|\.)(localhost|localhost\.localdomain|localhost6|ip6-localhost|ip6-loopback)$/
const LOCAL_ADDRESSES: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]
const CONNECT_TIMEOUT_MS = 10_000

/**
 * Keeps URLs that users give from reaching what only this network should. What is resolved is checked, and what was
 * checked is connected to, so neither redirects nor a name that changes its answer get by.
 */
export class AddressGuard {
  /** Refuses to connect to blocked addresses, with AddressBlocked. */
  readonly dispatcher: Agent
  readonly #allowed: readonly Cidr[]
  readonly #resolve: Resolve
  readonly #underway = new Map<string, Promise<readonly LookupAddress[]>>()

  constructor(allowPrivateCidrs: readonly string[], options: { resolve?: Resolve } = {}) {
    this.#allowed = allowPrivateCidrs.map((cidr) => ipaddr.parseCIDR(cidr))
    this.#resolve = options.resolve ?? resolveBySystem
    this.dispatcher = new Agent({ connect: this.#connector(), allowH2: false })
  }

  /**
   * Checks what the text alone can tell; names are not resolved here. Use the URL it returns, not the text.
   * @throws InvalidAddress, AddressBlocked
   */
  checkUrl(text: string): URL {
    const url = URL.parse(text)
    if (!url) throw new InvalidAddress('Expected a URL as https://host/path, got something else')
    if (!/^https?:$/.test(url.protocol)) {
      throw new InvalidAddress(`Expected a URL that begins with https:// or http://, got ${url.protocol}`)
    }
    if (url.username || url.password) {
      throw new InvalidAddress('Expected a URL without user name and password, got one with them; sign the URL instead')
    }
    this.#checkHost(url.hostname)
    return url
  }

  async close(): Promise<void> {
    await this.dispatcher.destroy()
  }

  #checkHost(host: string): void {
    const address = host.replace(/^\[(.*)\]$/, '$1')
    if (isIP(address)) return this.#checkAddress(address)
    if (isLocalName(host) && !this.#localAddresses().length) throw new AddressBlocked(host, 'localhost (loopback)')
  }

  #checkAddress(address: string, host?: string): void {
    const range = specialRangeOf(address)
    if (range !== null && !isInRanges(address, this.#allowed)) throw new AddressBlocked(address, range, host)
  }

  #connector(): buildConnector.connector {
    const lookUp = callbackify((name: string) => this.#lookUp(name))
    const lookup: LookupFunction = (name, { all }, callback) =>
      lookUp(name, (error, found) => {
        if (error) return callback(error, [])
        return all ? callback(null, [...found]) : callback(null, found[0]?.address ?? '', found[0]?.family)
      })
    const connect = buildConnector({ lookup, timeout: CONNECT_TIMEOUT_MS, allowH2: false })
    return (options, callback) => {
      try {
        // A literal address is connected to without a look-up.
        this.#checkHost(options.hostname)
      } catch (error) {
        return callback(error as AddressBlocked, null)
      }
      return connect(options, callback)
    }
  }

  /** One bad address among good ones refuses the name: which of them is taken is not ours to say. */
  async #lookUp(name: string): Promise<readonly LookupAddress[]> {
    if (isLocalName(name)) return this.#localAddresses()
    const found = await this.#resolveOnce(name)
    if (found.length === 0) throw Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' })
    for (const { address } of found) this.#checkAddress(address, name)
    return found
  }

  /** Look-ups share few system threads, so many calls to one slow name take up one. */
  #resolveOnce(name: string): Promise<readonly LookupAddress[]> {
    const underway = this.#underway.get(name) ?? this.#resolve(name).finally(() => this.#underway.delete(name))
    this.#underway.set(name, underway)
    return underway
  }

  #localAddresses(): LookupAddress[] {
    return LOCAL_ADDRESSES.filter(({ address }) => isInRanges(address, this.#allowed))
  }
}

const isLocalName = (host: string) => LOCAL_NAME.test(host.toLowerCase().replace(/\.+$/, ''))

const resolveBySystem: Resolve = (name) => {
  const { promise, resolve, reject } = Promise.withResolvers<LookupAddress[]>()
  systemLookup(name, { all: true }, (error, found) => (error ? reject(error) : resolve(found)))
  return promise
}
