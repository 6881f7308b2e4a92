import { HELP_URL } from './help-url.ts'
import type { UpstreamError } from '../../shared/upstream/upstream-error.ts'
import type { Credits } from '../../shared/upstream/upstream.ts'
import type { EditSettings } from '../edit/step.ts'
import { EDIT_COST } from '../edit/steps/check-credits.ts'
import type { Closing, Scope } from './gate.ts'

/** So many calls in a row without a usable answer, whoever made them, mean that the upstream is down. */
const FAILURES_OF_ONE_DOWN = 3

export type ClosingSettings = Pick<EditSettings, 'rateLimitMs' | 'creditsProbeMs' | 'retryMs'>

export interface ClosingDeps {
  settings: ClosingSettings
  /** Where credits come from. */
  creditsUrl: () => Promise<string>
}

/** What a failed call says about the account; `null`: it answers; `'nothing'`: it says nothing about this gate. */
export async function closingFor(
  deps: ClosingDeps,
  scope: Scope,
  error: UpstreamError,
): Promise<Closing | 'nothing' | null> {
  const { rateLimitMs, retryMs } = deps.settings
  switch (error.kind) {
    case 'unavailable': {
      const detail = `The upstream does not answer: ${error.message}`
      return { reason: 'upstream_down', detail, helpUrl: null, after: FAILURES_OF_ONE_DOWN, waitMs: retryMs }
    }
    case 'rate_limited': {
      if (scope === 'messages') return 'nothing'
      const waitMs = error.retryAfterMs ?? rateLimitMs
      const detail = 'The upstream asked us to slow down'
      return { reason: 'upstream_rate_limit', detail, helpUrl: null, after: 1, waitMs: fixed(waitMs), extends: true }
    }
    case 'auth': {
      if (scope === 'messages') return 'nothing'
      const detail = 'The upstream does not accept our token; an operator must set NEMO_TOKEN to one that is valid'
      return { reason: 'upstream_auth', detail, helpUrl: HELP_URL, after: 1, waitMs: retryMs }
    }
    case 'no_credits':
      if (scope === 'all') return null
      return outOfCredits(deps, `The upstream account is out of credits: ${error.message}`)
    case 'session_lost':
    case 'unsupported_file':
    case 'file_too_large':
    case 'export_blocked':
    case 'rejected':
      return null
  }
}

/** What a balance says; null where an edit can be paid from it. */
export async function closingForBalance(deps: ClosingDeps, { available }: Credits): Promise<Closing | null> {
  if (available >= EDIT_COST) return null
  const detail = `The upstream account has ${available} credits; an edit costs about ${EDIT_COST}`
  return outOfCredits(deps, detail)
}

const outOfCredits = async ({ settings, creditsUrl }: ClosingDeps, detail: string): Promise<Closing> => ({
  reason: 'credits',
  detail,
  helpUrl: await creditsUrl(),
  after: 1,
  waitMs: fixed(settings.creditsProbeMs),
})

const fixed = (ms: number) => ({ first: ms, longest: ms })
