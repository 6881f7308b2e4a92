import type { z } from 'zod'
import type { FieldError } from '../../shared/errors/problems.ts'

type Issue = z.core.$ZodIssue
type RawIssue = z.core.$ZodRawIssue

/** A member's place in a request, as a JSON Pointer in a fragment: `#/inputs/0/url`. */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  ['#', ...path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))].map(fragment).join('/')

/** A pointer in a URL's fragment is percent-encoded (RFC 6901, section 6). */
const fragment = (part: string) => (part === '#' ? part : encodeURIComponent(part.toWellFormed()))

/** Every fault that zod found, each at the member that has to be mended. */
export const fieldErrors = (error: z.core.$ZodError): FieldError[] => error.issues.flatMap(fromIssue)

function fromIssue(issue: Issue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      code: 'unknown_member',
      detail: issue.message,
    }))
  }
  return [{ pointer: pointerTo(issue.path), code: codeOf(issue), detail: issue.message }]
}

const codeOf = (issue: Issue): string => {
  if (issue.code === 'custom') return String(issue.params?.['code'] ?? 'invalid')
  if (issue.code === 'invalid_type' && issue.message.endsWith('got nothing')) return 'required'
  return issue.code
}

/** Words for a fault: what was expected, what came. Given to zod's parse as `error`. */
export function describeIssue(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `Expected only ${known(issue)}; got a member that is none of them: remove it or correct its name`
    case 'invalid_type':
      return `Expected ${TYPE_NAMES[issue.expected] ?? issue.expected}, got ${shown(issue.input)}`
    case 'invalid_value':
      return `Expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}; got ${shown(issue.input)}`
    case 'too_big':
      return `Expected at most ${sized(issue.maximum, issue.origin)}, got ${sizeOf(issue.input)}`
    case 'too_small':
      return `Expected at least ${sized(issue.minimum, issue.origin)}, got ${sizeOf(issue.input)}`
    case 'invalid_format':
      return `Expected ${FORMATS[issue.format] ?? `the format ${issue.format}`}, got ${shown(issue.input)}`
    case 'invalid_key':
      return `Expected a shorter name, got ${shown(issue.input)}`
    case 'custom':
    case 'invalid_element':
    case 'invalid_union':
    case 'not_multiple_of':
      return undefined
  }
}

const TYPE_NAMES: Record<string, string> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
}

const FORMATS: Record<string, string> = {
  datetime: 'a time as in RFC 3339 (2030-01-31T12:00:00Z)',
}

function known(issue: RawIssue): string {
  const def = issue.inst?._zod.def as { shape?: object; keyType?: { options?: readonly string[] } } | undefined
  const names = def?.shape ? Object.keys(def.shape) : (def?.keyType?.options ?? [])
  return names.length > 0 ? names.join(', ') : 'nothing here'
}

const UNITS: Record<string, string> = { string: ' characters', array: ' items', set: ' items', map: ' members' }
const sized = (limit: number | bigint, origin: string) => `${limit}${UNITS[origin] ?? ''}`

function sizeOf(input: unknown): string {
  if (typeof input === 'string' || Array.isArray(input)) return String(input.length)
  return shown(input)
}

function shown(input: unknown): string {
  if (input === undefined) return 'nothing'
  if (Number.isNaN(input)) return 'something else'
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object' && input !== null) return 'an object'
  const text = JSON.stringify(input)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
