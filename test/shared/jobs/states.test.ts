import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FINAL_STATUSES, isFinal, JOB_STATUSES, MOVES, statusesBefore } from '../../../src/shared/jobs/states.ts'

const PICTURE = readFileSync(new URL('../../../docs/state-machine.md', import.meta.url), 'utf8')

it('is drawn in the docs, move by move', () => {
  const drawn = [...PICTURE.matchAll(/^ {2}(\w+) --> (\w+)/gm)].map(([, from, to]) => `${from} → ${to}`)
  const legal = JOB_STATUSES.flatMap((from) => MOVES[from].map((to) => `${from} → ${to}`))
  expect(drawn.sort()).toEqual(legal.sort())
})

it('draws exactly the final states as ends', () => {
  const ends = [...PICTURE.matchAll(/^ {2}(\w+) --> \[\*\]/gm)].map(([, from]) => from)
  expect(ends).toEqual([...FINAL_STATUSES])
  expect(JOB_STATUSES.filter(isFinal)).toEqual([...FINAL_STATUSES])
})

it('lets no job come back to queued', () => {
  expect(statusesBefore('queued')).toEqual([])
})
