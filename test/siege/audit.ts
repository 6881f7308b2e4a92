import type { JobRecord } from '../../src/shared/jobs/job.ts'
import { isFinal } from '../../src/shared/jobs/states.ts'
import { count, type Evidence } from './evidence.ts'

const EDIT_COST = 50

/** What a siege came to. Each of `faults` must be 0; `seen` tells what happened; `suspects` names what is at fault. */
export interface Audit {
  seen: Record<string, number>
  faults: Record<string, number>
  suspects: string[]
}

/** What was promised, each by what breaks it: a name for every case. */
const FAULTS: Record<string, (evidence: Evidence) => string[]> = {
  'accepted and gone': ({ submitted, jobs }) => {
    const there = new Set<string>(jobs.map(({ id }) => id))
    return submitted.accepted.filter((id) => !there.has(id))
  },
  'not ended': ({ jobs }) => names(jobs, ({ status }) => !isFinal(status)),
  'messages applied more than once': ({ applied }) =>
    [...applied].filter(([, times]) => times > 1).map(([mark]) => mark),
  'charged otherwise than 50 a message applied': ({ charged, applied }) =>
    charged === EDIT_COST * total(applied) ? [] : [`${charged} credits for ${total(applied)} messages`],
  'succeeded without its edit': ({ jobs, applied }) =>
    names(jobs, (job) => job.status === 'succeeded' && applied.get(markOf(job)) !== 1),
  'said to be unpaid though it was paid': ({ jobs, applied }) =>
    names(jobs, (job) => (applied.get(markOf(job)) ?? 0) > 0 && deniesCharge(job)),
  'renders above 1 + failed ones': ({ jobs, renders, failedRenders }) =>
    names(jobs, (job) => (renders.get(markOf(job)) ?? 0) > 1 + (failedRenders.get(markOf(job)) ?? 0)),
  'final events other than 1': ({ jobs, finalEvents }) => names(jobs, ({ id }) => finalEvents.get(id) !== 1),
  'not delivered': ({ jobs, received }) => names(jobs, ({ id }) => !received.has(id)),
  'delivered as more than one event': ({ jobs, received }) => names(jobs, ({ id }) => (received.get(id) ?? 0) > 1),
  'outputs not whole': ({ brokenOutputs }) => names(brokenOutputs),
  'ended by a defect of ours (internal)': ({ jobs }) => names(jobs, ({ error }) => error?.code === 'internal'),
  'told to wait for a defect of ours': ({ events }) =>
    events
      .filter(({ data }) => JSON.stringify(data).includes('did not expect'))
      .map(({ id, job }) => `${id} of ${job}`),
  'leases, sleepers, ready jobs, lines, deliveries left': ({ left }) =>
    Object.entries(left).flatMap(([what, times]) => (times === 0 ? [] : [`${times} ${what}`])),
  'faults in keys and files': ({ found }) => found.map(({ kind, subject, detail }) => `${kind} ${subject} ${detail}`),
  'mistakes of the proxy itself': ({ mistakes }) => mistakes.map(String),
}

/** Holds the evidence against what was promised. */
export function audit(evidence: Evidence): Audit {
  const cases = Object.entries(FAULTS).map(([name, find]) => [name, find(evidence)] as const)
  return {
    seen: tell(evidence),
    faults: Object.fromEntries(cases.map(([name, subjects]) => [name, subjects.length])),
    suspects: cases.flatMap(([name, subjects]) => subjects.map((subject) => `${name}: ${subject}`)),
  }
}

function tell({ submitted, jobs, calls, applied, renders, taken }: Evidence): Record<string, number> {
  const ended = count(
    jobs.map(({ status, error }) => `ended as ${status}${error ? `: ${error.code} in ${error.stage}` : ''}`),
  )
  return {
    'jobs accepted (202)': submitted.accepted.length,
    'posts without a 202': submitted.unanswered,
    'jobs in all': jobs.length,
    ...Object.fromEntries([...ended].toSorted(([one], [other]) => one.localeCompare(other))),
    'calls of the upstream': calls.length,
    'calls with a fault': calls.filter(({ fault }) => fault !== 'none').length,
    'messages applied': total(applied),
    'replies recovered': jobs.filter(({ checkpoint }) => checkpoint.reply?.recovered).length,
    'renders started': total(renders),
    'events taken by the receiver': taken.length,
    'of these taken again': taken.filter((times) => times > 1).length,
  }
}

/** An edit that was made may only end as one of which nobody could know. */
const deniesCharge = ({ error }: JobRecord) =>
  (error?.code === 'edit_not_applied' || error?.code === 'edit_rejected') &&
  !error.detail.includes('charge is possible')

const markOf = ({ request }: JobRecord) => request.external_id ?? ''

const names = (jobs: JobRecord[], isFault: (job: JobRecord) => boolean = () => true) =>
  jobs.filter(isFault).map(({ id, error }) => (error ? `${id} (${error.code} in ${error.stage})` : id))

const total = (counts: Map<string, number>) => [...counts.values()].reduce((sum, times) => sum + times, 0)
