/** An address that must not be called, since it lies in a special range. Mending it is up to the operator. */
export class AddressBlocked extends Error {
  override readonly name = 'AddressBlocked'
  /** The address as it was judged, or the name that always means this machine. */
  readonly address: string
  /** The range and what it is for: `10.0.0.0/8 (private)`. */
  readonly range: string

  constructor(address: string, range: string, host: string = address) {
    const subject = host === address ? address : `${host} leads to ${address}, which`
    super(`${subject} lies in ${range} and may not be called; the operator can allow it in ALLOW_PRIVATE_CIDRS`)
    this.address = address
    this.range = range
  }
}

/** Not an address that anything could be fetched from or sent to. */
export class InvalidAddress extends Error {
  override readonly name = 'InvalidAddress'
}

/** Why nothing came of a call: the name, the connection, its encryption, the clock, or what was said. */
export type UnreachableReason = 'dns' | 'refused' | 'no_route' | 'tls' | 'timeout' | 'broken' | 'protocol' | 'redirect'

/** There was no usable answer. `message` says in words what happened. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
  readonly reason: UnreachableReason

  constructor(reason: UnreachableReason, message: string, cause?: unknown) {
    super(message, { cause })
    this.reason = reason
  }
}

/** There was an answer, and it was no success. */
export class BadStatus extends Error {
  override readonly name = 'BadStatus'
  readonly status: number

  constructor(status: number, host: string) {
    super(`Expected the file from ${host}, got HTTP status ${status}`)
    this.status = status
  }
}
