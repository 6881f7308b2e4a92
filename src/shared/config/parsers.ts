import ipaddr from 'ipaddr.js'

/** Reads a setting's text; throws an `Expected` that says what would have been right. */
export type Parser<T> = (text: string) => T

/** What a setting should have looked like, and how to mend it. */
export class Expected extends Error {
  readonly fix: string

  constructor(expected: string, fix: string) {
    super(expected)
    this.fix = fix
  }
}

export const integer =
  (min: number, max: number): Parser<number> =>
  (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    throw new Expected(`a whole number from ${min} to ${max}`, `set it to a number in that range, or unset it`)
  }

export const integers =
  (count: number, max: number): Parser<number[]> =>
  (text) => {
    const parts = text.split(',').map((part) => part.trim())
    if (
      parts.length === count &&
      parts.every((part) => /^\d+$/.test(part) && Number(part) >= 1 && Number(part) <= max)
    ) {
      return parts.map(Number)
    }
    throw new Expected(`${count} whole numbers from 1 to ${max}, with a comma between`, 'for example 30000,60000')
  }

export const oneOf =
  <const T extends string>(...values: readonly T[]): Parser<T> =>
  (text) => {
    const found = values.find((value) => value === text)
    if (found) return found
    throw new Expected(`one of ${values.join(', ')}`, 'use one of these words, or unset it')
  }

export const matching =
  (pattern: RegExp, expected: string, fix: string): Parser<string> =>
  (text) => {
    if (pattern.test(text)) return text
    throw new Expected(expected, fix)
  }

/** An absolute URL of one of these schemes, without a trailing slash. */
export const url =
  (...schemes: readonly string[]): Parser<string> =>
  (text) => {
    const parsed = URL.parse(text)
    if (parsed && schemes.includes(parsed.protocol.slice(0, -1))) return text.replace(/\/+$/, '')
    throw new Expected(
      `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
      'write the whole address, scheme included',
    )
  }

export const list =
  <T>(item: Parser<T>): Parser<T[]> =>
  (text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map(item)

export const cidr: Parser<string> = (text) => {
  if (ipaddr.isValidCIDR(text)) return text
  throw new Expected('ranges such as 10.0.0.0/8 or fd00::/8, with commas between', 'write each range as address/bits')
}
