import type { Checkpoint } from '../../shared/jobs/checkpoint.ts'
import type { JobRecord } from '../../shared/jobs/job.ts'
import { STAGES } from '../../shared/jobs/states.ts'
import { columns } from '../terminal/columns.ts'
import type { Paint } from '../terminal/paint.ts'
import { duration, moment, size } from '../terminal/quantities.ts'
import type { Story } from './read-story.ts'
import { waitingWords } from './tell-event.ts'

/** Rows without those that have nothing to say. */
const filled = (rows: readonly (readonly [string, string | null | undefined])[], paint: Paint): string[] =>
  columns(rows.flatMap(([name, text]) => (text ? [[paint('dim', name), text]] : [])))

/** What was asked, by whom and when. */
export function asked({ job, behind }: Story, paint: Paint): string[] {
  const { request, waiting } = job
  const metadata = Object.entries(request.metadata).map(([name, value]) => `${name}=${value}`)
  return filled(
    [
      ['asked', request.instruction ?? 'nothing: the clips are handed over only'],
      [
        'that is',
        `${job.action}, ${request.output.format} of ${request.output.quality} quality, ${request.priority} priority`,
      ],
      ['clips', clips(job)],
      ['expects', request.expect && JSON.stringify(request.expect)],
      ['external id', request.external_id],
      ['metadata', metadata.join(', ')],
      ['retry of', job.retry_of],
      ['session', job.session],
      ['tenant', job.tenant],
      ['attempt', `${job.attempt}, in ${job.epoch} turns at a worker`],
      ['accepted', moment(Date.parse(job.created_at))],
      ['not before', request.run_at],
      ['start by', request.start_by],
      ['finish by', request.finish_by],
      ['ended', job.finished_at && moment(Date.parse(job.finished_at))],
      ['kept until', job.expires_at && moment(Date.parse(job.expires_at))],
      ['waits for', waiting && waitingWords(waiting)],
      ['behind', behind],
      ['to be', job.stop_asked && job.finished_at === null ? job.stop_asked : null],
    ],
    paint,
  )
}

const clips = ({ checkpoint, inputs }: JobRecord) =>
  (checkpoint.inputs ?? inputs)
    .map(({ name, url, bytes, content_type: type }) =>
      [url ?? name, type, bytes === null ? null : size(bytes)].filter(Boolean).join(' '),
    )
    .join(', ')

/** Where the job is just now. */
export function place({ job, standings, behind }: Story, now: number): string {
  const { ready, wake, leases } = standings
  if (leases) return `a worker holds it (epoch ${job.epoch}); ${until(leases.score - now, 'its lease ends')}`
  if (ready) return `ready: ${ready.rank} of its tenant's jobs go before it`
  if (wake) return `asleep; ${until(wake.score - now, 'it wakes')}`
  if (behind) return `in its session's line, behind ${behind}`
  return job.finished_at === null ? 'nowhere; run `npm run audit`' : 'nowhere: it has ended'
}

const until = (ms: number, what: string) => (ms > 0 ? `${what} in ${duration(ms)}` : `${what} once a worker looks`)

/** How long each stage took. */
export function stages({ job }: Story, paint: Paint): string[] {
  const rows = STAGES.flatMap((stage) => {
    const found = job.stages[stage]
    if (!found) return []
    const tries = found.tries === 1 ? '' : `${found.tries} tries`
    return [[paint('dim', stage), duration(found.ms).padStart(9), tries]]
  })
  return columns(rows)
}

const TOLD_ELSEWHERE = ['inputs', 'upstreamSession', 'renderId', 'reply']
const LONGEST_TEXT = 100
const SHA256 = /\b([0-9a-f]{12})[0-9a-f]{52}\b/g

/** What the job has earned so far: a step whose evidence is here is not done again. */
export function evidence({ job }: Story, paint: Paint): string[] {
  const entries = Object.entries(job.checkpoint).filter(([name]) => !TOLD_ELSEWHERE.includes(name))
  return filled(
    entries.map(([name, value]) => [name, proof(name as keyof Checkpoint, value)]),
    paint,
  )
}

function proof(name: keyof Checkpoint, value: unknown): string {
  if ((name === 'sentAt' || name === 'renderStartedAt') && typeof value === 'number') return moment(value)
  if (value === '') return 'none'
  const text = typeof value === 'string' ? value : inWords(value)
  return clipped(text.replaceAll(SHA256, '$1…'))
}

const inWords = (value: unknown) =>
  JSON.stringify(value)
    .replaceAll(/"(\w+)":/g, '$1: ')
    .replaceAll(/,(?=\S)/g, ', ')

const clipped = (text: string) => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text)

/** The answer to the instruction, in the upstream's words. */
export function reply({ job }: Story, paint: Paint): string[] {
  const { reply: told } = job.checkpoint
  if (!told) return []
  const lines = told.texts.flatMap((text) => text.split('\n')).filter((line) => line.trim() !== '')
  const how = told.recovered ? [paint('dim', 'The stream broke; this was read from its state afterwards.')] : []
  const error = told.error ? [paint('red', [told.error.code, told.error.message].filter(Boolean).join(' · '))] : []
  return [...lines, ...how, ...error].map((line) => `  ${line}`)
}

/** Names of the job at the upstream, for a talk with whoever runs it. */
export function upstreamIds({ job, session }: Story, paint: Paint): string[] {
  const at = job.checkpoint.upstreamSession ?? session?.upstream
  return filled(
    [
      ['task', at?.taskId],
      ['session', at?.sessionId],
      ['render', job.checkpoint.renderId],
    ],
    paint,
  )
}

/** Why it failed, with the upstream's own words. */
export function failure({ job: { error } }: Story, paint: Paint): string[] {
  if (!error) return []
  const { upstream } = error
  const theirs = upstream && [upstream.status && `HTTP ${upstream.status}`, upstream.code, upstream.message]
  return filled(
    [
      ['code', paint('red', error.code)],
      ['in', error.stage],
      ['because', error.detail],
      ['upstream said', theirs?.filter((word) => word !== null && word !== '').join(' · ')],
      ['retryable', error.retryable ? 'yes' : 'no'],
      ['help', error.help_url],
    ],
    paint,
  )
}
