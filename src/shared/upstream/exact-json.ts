/** A number that a double can't hold; its digits as they came. */
class Digits {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown

/**
 * One spelling for all texts of the same JSON value: keys sorted, no whitespace, `1.0` as `1`; numbers that a double
 * can't hold keep their digits. A text that is no JSON is returned as it is.
 */
export function canonicalJson(json: string): string {
  try {
    // The type of `JSON.parse` does not yet know the third argument, the number's source text.
    const parse = JSON.parse as (text: string, reviver: Reviver) => unknown
    return write(parse(json, (_key, value, { source }) => exact(value, source)))
  } catch {
    return json.trim()
  }
}

function exact(value: unknown, source: string | undefined): unknown {
  if (typeof value !== 'number' || source === undefined) return value
  const digits = source
    .replace(/e.*$/i, '')
    .replace(/\D/g, '')
    .replace(/^0+|0+$/g, '')
  return digits.length <= 15 && Number.isFinite(value) ? value : new Digits(source)
}

function write(value: unknown): string {
  if (value instanceof Digits) return value.text
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '0' : JSON.stringify(value)
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${write(member)}`).join(',')}}`
}
