import { createScanner, type JSONScanner, type SyntaxKind } from 'jsonc-parser'

// The values of jsonc-parser's SyntaxKind: an ambient const enum, whose members can not be named where types are stripped.
const OPEN_BRACE = 1 as SyntaxKind
const CLOSE_BRACE = 2 as SyntaxKind
const OPEN_BRACKET = 3 as SyntaxKind
const CLOSE_BRACKET = 4 as SyntaxKind
const COMMA = 5 as SyntaxKind
const END = 17 as SyntaxKind

export type JsonObject = Record<string, unknown>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The text of one member exactly as it stands in `json` (valid JSON), or null where there is none. Nothing is parsed
 * into numbers, so digits above 2^53 stay as they came; memory does not grow with the text.
 */
export function rawMember(json: string, path: readonly string[]): string | null {
  const scanner = createScanner(json, true)
  scanner.scan()
  for (const name of path) if (!enterMember(scanner, name)) return null
  const start = scanner.getTokenOffset()
  return json.slice(start, skipValue(scanner))
}

/** An id as a digit or word string, also where it came as a bare number; null where it is absent, empty or no scalar. */
export function idMember(json: string, path: readonly string[]): string | null {
  const raw = rawMember(json, path)
  if (raw === null) return null
  if (/^-?\d+$/.test(raw)) return raw
  if (!raw.startsWith('"')) return null
  const id = JSON.parse(raw) as string
  return id === '' ? null : id
}

/** Moves the scanner, which stands on a value's first token, to the value of the member `name`. */
function enterMember(scanner: JSONScanner, name: string): boolean {
  if (scanner.getToken() !== OPEN_BRACE) return false
  for (scanner.scan(); scanner.getToken() !== CLOSE_BRACE && scanner.getToken() !== END; scanner.scan()) {
    if (scanner.getToken() === COMMA) continue
    const found = scanner.getTokenValue() === name
    scanner.scan() // the colon
    scanner.scan() // the value's first token
    if (found) return true
    skipValue(scanner)
  }
  return false
}

/** Leaves the scanner on the value's last token; returns the offset behind it. */
function skipValue(scanner: JSONScanner): number {
  for (let depth = 0; ; scanner.scan()) {
    const token = scanner.getToken()
    if (token === OPEN_BRACE || token === OPEN_BRACKET) depth++
    if (token === CLOSE_BRACE || token === CLOSE_BRACKET) depth--
    if (depth === 0 || token === END) return scanner.getTokenOffset() + scanner.getTokenLength()
  }
}
