import { CHINESE_PHRASES } from './chinese-phrases.ts'
import { maskQuotes, splitClauses, unmask } from './clauses.ts'
import { takeOutputSize } from './output-size.ts'
import type { Operation, Understanding } from './operations.ts'
import { PHRASES } from './phrases.ts'
import { isTalk, withoutPoliteness } from './politeness.ts'
import { readTextPhrase } from './text-phrases.ts'

interface Reading {
  quotes: string[]
  found: { clause: string; operations: Operation[] }[]
  notUnderstood: string[]
}

const ALL_PHRASES = [...PHRASES, ...CHINESE_PHRASES]
const VERB = /^(?:only\s+)?[a-z]+(?:\s+(?:out|off|away|only|just|rid\s+of))?/i

/** Reads an instruction. Pure; what it can't do is named, never guessed. */
export function understand(instruction: string): Understanding {
  const { text, quotes } = maskQuotes(instruction)
  const size = takeOutputSize(text)
  const reading: Reading = { quotes, found: [], notUnderstood: [] }
  let clauses = splitClauses(size.rest)
  while (clauses.length > 0) clauses = clauses.slice(readNext(clauses, reading))
  const operations = [...reading.found.flatMap(({ operations }) => operations), ...size.operations]
  return {
    operations: withoutRepeats(operations),
    notUnderstood: reading.notUnderstood.map((clause) => unmask(clause, quotes)),
  }
}

/** Reads the first clause, if need be together with its neighbours; tells how many it used. */
function readNext([raw = '', next]: string[], reading: Reading): number {
  const clause = withoutPoliteness(raw)
  if (isTalk(clause)) return 1
  const operations = readClause(clause, reading.quotes)
  if (operations) return keep(reading, clause, operations)
  if (continueText(clause, reading) || repeatVerb(clause, reading)) return 1
  const joined = next === undefined ? null : readTextPhrase(`${clause} ${withoutPoliteness(next)}`, reading.quotes)
  if (joined) return keep(reading, clause, [joined]) + 1
  reading.notUnderstood.push(clause)
  return 1
}

function readClause(clause: string, quotes: string[]): Operation[] | null {
  for (const { pattern, means } of ALL_PHRASES) {
    const match = pattern.exec(clause)
    if (match) return means(match.groups ?? {})
  }
  const text = readTextPhrase(clause, quotes)
  return text && [text]
}

/** "…, at the top" belongs to the text before it. */
function continueText(clause: string, reading: Reading): boolean {
  const last = reading.found.at(-1)
  if (last?.operations.at(-1)?.op !== 'add_text') return false
  const text = readTextPhrase(`${last.clause} ${clause}`, reading.quotes)
  if (!text || clause.includes('⟦')) return false
  Object.assign(last, { clause: `${last.clause} ${clause}`, operations: [text] })
  return true
}

/** "Remove the first 5 seconds and the last 3" says its verb once. */
function repeatVerb(clause: string, reading: Reading): boolean {
  const last = reading.found.at(-1)
  const verb = last && (VERB.exec(last.clause)?.[0] ?? '')
  const operations = verb ? readClause(`${verb} ${clause}`, reading.quotes) : null
  if (operations) keep(reading, `${verb} ${clause}`, operations)
  return operations !== null
}

function keep(reading: Reading, clause: string, operations: Operation[]): 1 {
  reading.found.push({ clause, operations })
  return 1
}

const withoutRepeats = (operations: Operation[]) => {
  const seen = new Map(operations.map((operation) => [JSON.stringify(operation), operation]))
  return [...seen.values()]
}
