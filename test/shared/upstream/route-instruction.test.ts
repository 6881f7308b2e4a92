import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { routeInstruction } from '../../../src/shared/upstream/route-instruction.ts'

/** One instruction a line. */
const FOLDER = new URL('../../fixtures/instructions/', import.meta.url)
const linesOf = (action: string) =>
  readFileSync(new URL(`${action}.txt`, FOLDER), 'utf8')
    .trim()
    .split('\n')

describe('what an instruction asks for', () => {
  it.each(linesOf('export'))('export: %s', (instruction) => expect(routeInstruction(instruction, false)).toBe('export'))
  it.each(linesOf('credits'))('credits: %s', (instruction) =>
    expect(routeInstruction(instruction, false)).toBe('credits'),
  )
  it.each(linesOf('status'))('status: %s', (instruction) => expect(routeInstruction(instruction, false)).toBe('status'))
  it.each(linesOf('upload'))('upload: %s', (instruction) => expect(routeInstruction(instruction, true)).toBe('upload'))
  it.each(linesOf('edit'))('edit: %s', (instruction) => expect(routeInstruction(instruction, false)).toBe('edit'))
  it.each(linesOf('edit').slice(0, -3))('edit, also with clips: %s', (instruction) => {
    expect(routeInstruction(instruction, true)).toBe('edit')
  })

  it('is an upload where only files came', () => {
    expect(routeInstruction(null, true)).toBe('upload')
    expect(routeInstruction('  \n', true)).toBe('upload')
    expect(routeInstruction('thank you!', true)).toBe('upload')
  })

  it('is settled at once for a long text', () => {
    const startedAt = performance.now()
    expect(routeInstruction('please '.repeat(28), false)).toBe('edit')
    expect(routeInstruction('please export it '.repeat(10_000), false)).toBe('edit')
    expect(performance.now() - startedAt).toBeLessThan(500)
  })
})
