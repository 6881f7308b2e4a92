import { expect, it } from 'vitest'
import { JOB_ERRORS } from '../../src/shared/errors/job-errors.ts'
import { PROBLEMS } from '../../src/shared/errors/problems.ts'
import * as states from '../../src/shared/jobs/states.ts'
import * as words from '../../web/words.js'

const keys = (table: object) => Object.keys(table).toSorted()

it.each([
  ['state of a job', words.STATUS_WORDS, states.JOB_STATUSES],
  ['stage', words.STAGE_WORDS, states.STAGES],
  ['reason to wait', words.WAIT_WORDS, states.WAIT_REASONS],
  ['error of a job', words.ERROR_WORDS, Object.keys(JOB_ERRORS)],
])('has words for each %s of the API, and for no other', (_what, table, known) => {
  expect(keys(table)).toEqual([...known].toSorted())
})

it('has other titles for problems that exist only', () => {
  expect(keys(words.CLIP_WORDS).filter((code) => !(code in PROBLEMS))).toEqual([])
})

it.each(states.JOB_STATUSES)('knows whether %s is the end of a job, as the API does', (status) => {
  expect(words.isFinal(status)).toBe(states.isFinal(status))
})

it('offers to go on with what ended without a video', () => {
  expect(states.JOB_STATUSES.filter(words.canRetry)).toEqual(['failed', 'canceled', 'expired'])
})

it('says in each error what to do', () => {
  for (const { title, todo } of Object.values(words.ERROR_WORDS)) {
    expect(title).toMatch(/^[A-Z].*[^.]$/)
    expect(todo).toMatch(/^[A-Z].*\.$/)
  }
})
