import { JobError } from '../../../shared/errors/job-errors.ts'
import { advance, defineStep, waitFor } from '../step.ts'

/** What an edit costs, roughly; the upstream tells a balance only. */
export const EDIT_COST = 50

const HELP_URL = 'https://nemovideo.com'

/** Reads the balance before anything is asked for that costs. */
export const checkCredits = defineStep({
  name: 'check-credits',
  stage: 'edit',
  needs: [],
  adds: ['creditsBefore'],

  async run({ job, upstream, settings, signal }) {
    const budget = job.request.max_credits
    if (job.action === 'edit' && budget !== null && budget < EDIT_COST) {
      throw new JobError(
        'budget_exceeded',
        `Expected max_credits of at least ${EDIT_COST}, what an edit costs; got ${budget}. Raise it.`,
      )
    }
    const creditsBefore = await upstream.credits({ signal })
    if (job.action === 'edit' && creditsBefore.available < EDIT_COST) {
      const detail = `The upstream account has ${creditsBefore.available} credits; an edit costs about ${EDIT_COST}`
      return waitFor({ reason: 'credits', delayMs: settings.creditsProbeMs, detail, helpUrl: HELP_URL })
    }
    return advance({ creditsBefore })
  },
})
