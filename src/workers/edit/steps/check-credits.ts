import { JobError } from '../../../shared/errors/job-errors.ts'
import { advance, defineStep } from '../step.ts'

/** What an edit costs, roughly; the upstream tells a balance only. */
export const EDIT_COST = 50

/** Reads the balance before anything is asked for that costs; an edit waits here where it is too low to pay it. */
export const checkCredits = defineStep({
  name: 'check-credits',
  stage: 'edit',
  needs: [],
  adds: ['creditsBefore'],

  async run({ job, upstream, spending, signal }) {
    const budget = job.request.max_credits
    if (job.action === 'edit' && budget !== null && budget < EDIT_COST) {
      throw new JobError(
        'budget_exceeded',
        `Expected max_credits of at least ${EDIT_COST}, what an edit costs; got ${budget}. Raise it.`,
      )
    }
    const beforeMessage = job.action === 'edit'
    const spendingTurn = beforeMessage ? await spending.look() : null
    return advance({ creditsBefore: await upstream.credits({ signal, beforeMessage }), spendingTurn })
  },
})
