import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
export type Cidr = [Address, number]

/** The IANA special-purpose registries, their gaps filled with what no public server has. More exact ranges come first. */
const SPECIAL: readonly (readonly [cidr: string, use: string])[] = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  // A public number, yet it answers inside Azure's machines only and hands out their secrets.
  ['168.63.129.16/32', 'cloud platform'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'protocol assignments'],
  ['192.0.2.0/24', 'documentation'],
  ['192.31.196.0/24', 'AS112'],
  ['192.52.193.0/24', 'AMT'],
  ['192.88.99.0/24', '6to4 relay'],
  ['192.168.0.0/16', 'private'],
  ['192.175.48.0/24', 'AS112'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],

  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::/96', 'IPv4-compatible'],
  ['::ffff:0:0:0/96', 'IPv4-translated'],
  ['64:ff9b:1::/48', 'local NAT64'],
  ['100::/64', 'discard'],
  ['2001::/32', 'Teredo'],
  ['2001::/23', 'protocol assignments'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['2620:4f:8000::/48', 'AS112'],
  ['3fff::/20', 'documentation'],
  ['5f00::/16', 'segment routing'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
]

const RANGES = SPECIAL.map(([cidr, use]) => ({ cidr: ipaddr.parseCIDR(cidr), name: `${cidr} (${use})` }))
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3')
/** IPv6 spellings of an IPv4 address that lead to that address: IPv4-mapped and the well-known NAT64 prefix. */
const SPELLINGS_OF_IPV4 = ['::ffff:0:0/96', '64:ff9b::/96'].map((cidr) => ipaddr.parseCIDR(cidr))

/** The special range that an address lies in, as `10.0.0.0/8 (private)`; null when any public server may have it. */
export function specialRangeOf(text: string): string | null {
  const address = judgedAddress(text)
  const found = RANGES.find(({ cidr }) => isWithin(address, cidr))
  if (found) return found.name
  return address.kind() === 'ipv6' && !isWithin(address, GLOBAL_UNICAST) ? '::/0 (no public address)' : null
}

/** Whether one of `ranges` holds the address, in whichever of its spellings. */
export function isInRanges(text: string, ranges: readonly Cidr[]): boolean {
  const spellings = [parseAddress(text), judgedAddress(text)]
  return spellings.some((address) => ranges.some((range) => isWithin(address, range)))
}

/** The address that packets end up at: the IPv4 one inside, where IPv6 only spells it. */
function judgedAddress(text: string): Address {
  const address = parseAddress(text)
  if (!SPELLINGS_OF_IPV4.some((range) => isWithin(address, range))) return address
  return new ipaddr.IPv4(address.toByteArray().slice(12))
}

/** ipaddr.js takes `::8.8.8.8` for `::ffff:8.8.8.8`, so a dotted end is written as digits first; a zone is left out. */
function parseAddress(text: string): Address {
  const [address = ''] = text.split('%')
  if (!address.includes(':')) return ipaddr.parse(address)
  return ipaddr.parse(new URL(`http://[${address}]`).hostname.slice(1, -1))
}

const isWithin = (address: Address, [network, bits]: Cidr) =>
  address.kind() === network.kind() && address.match(network, bits)
