import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isFinalEvent } from '../../src/shared/jobs/events.ts'
import type { JobRecord } from '../../src/shared/jobs/job.ts'
import { jobFile } from '../../src/shared/jobs/report.ts'
import { FileStorage } from '../../src/shared/storage/file-storage.ts'
import { isFinal } from '../../src/shared/jobs/states.ts'
import { startedRender, timesApplied, type ProxiedCall } from '../support/faults/call-record.ts'
import type { Ledger } from './read-ledger.ts'
import { SIEGE_CREDITS, type SiegeWorld } from './siege-world.ts'
import { markIn, type Submitted } from './submit-jobs.ts'

const EDIT_COST = 50

/** What a siege came to. Each of `faults` must be 0; `seen` tells what happened. */
export interface Audit {
  seen: Record<string, number>
  faults: Record<string, number>
  /** Jobs to look at, with why. */
  suspects: string[]
}

/** Holds what the engine did, what Redis holds and what the receiver took against what was promised. */
export async function audit(world: SiegeWorld, submitted: Submitted, ledger: Ledger): Promise<Audit> {
  const suspects: string[] = []
  const count = (why: string, jobs: readonly string[]) => {
    for (const job of jobs) suspects.push(`${job}: ${why}`)
    return jobs.length
  }
  const { jobs, events, left } = ledger
  const { calls, mistakes } = world.upstream
  const byId = new Map<string, JobRecord>(jobs.map((job) => [job.id, job]))
  const applied = sumBy(
    calls.filter(({ route }) => route === 'message'),
    timesApplied,
  )
  const renders = sumBy(calls.filter(startedRender), () => 1)
  const failedRenders = new Set(calls.filter(({ answers }) => answers.some(toldFailed)).map(({ renderId }) => renderId))
  const told = sumOf(events.filter(({ type }) => isFinalEvent(type)).map(({ job }) => job))
  const received = sumOf([...world.taken.values()].map(({ body }) => /job_[0-9A-Z]{26}/.exec(body)?.[0] ?? ''))
  const marks = (job: JobRecord) => job.request.external_id ?? ''
  const ids = (found: JobRecord[]) =>
    found.map(({ id, error }) => `${id}${error ? ` (${error.code} in ${error.stage})` : ''}`)
  const charged = SIEGE_CREDITS - (await balance(world))
  const whole = await hashesIn(join(world.engine.config.dataDir, 'outputs'))
  const succeeded = jobs.filter(({ status }) => status === 'succeeded')
  const broken = await brokenOutputs(world, succeeded, whole)

  return {
    seen: {
      'jobs accepted (202)': submitted.accepted.length,
      'posts without a 202': submitted.unanswered,
      'jobs in all': jobs.length,
      ...prefixed(
        'ended as ',
        sumOf(jobs.map(({ status, error }) => (error ? `${status}: ${error.code} in ${error.stage}` : status))),
      ),
      'calls of the upstream': calls.length,
      'calls with a fault': calls.filter(({ fault }) => fault !== 'none').length,
      'messages applied': [...applied.values()].reduce((sum, times) => sum + times, 0),
      'replies recovered': jobs.filter(({ checkpoint }) => checkpoint.reply?.recovered).length,
      'renders started': [...renders.values()].reduce((sum, times) => sum + times, 0),
      'webhooks taken': world.taken.size,
      'webhooks taken again': [...world.taken.values()].filter(({ times }) => times > 1).length,
    },
    faults: {
      'accepted and gone': count(
        'accepted and gone',
        submitted.accepted.filter((id) => !byId.has(id)),
      ),
      'not ended': count('not ended', ids(jobs.filter(({ status }) => !isFinal(status)))),
      'messages applied more than once': count(
        'paid more than once',
        [...applied].filter(([, times]) => times > 1).map(([mark]) => mark),
      ),
      'charged beyond messages applied': Math.abs(
        charged - EDIT_COST * [...applied.values()].reduce((sum, times) => sum + times, 0),
      ),
      'succeeded without its edit': count('not edited', ids(succeeded.filter((job) => applied.get(marks(job)) !== 1))),
      'renders above 1 + failed': count(
        'rendered too often',
        ids(jobs.filter((job) => (renders.get(marks(job)) ?? 0) > 1 + failedOf(calls, failedRenders, marks(job)))),
      ),
      'final events other than 1': count('final events', ids(jobs.filter(({ id }) => told.get(id) !== 1))),
      'not delivered': count('not delivered', ids(jobs.filter(({ id }) => !received.has(id)))),
      'delivered as more than one event': count(
        'told twice',
        ids(jobs.filter(({ id }) => (received.get(id) ?? 0) > 1)),
      ),
      'outputs not whole': count('output', ids(broken)),
      'ended by a defect of ours': count('internal', ids(jobs.filter(({ error }) => error?.code === 'internal'))),
      ...prefixed('left: ', new Map(Object.entries(left))),
      'mistakes of the proxy': mistakes.length,
    },
    suspects,
  }
}

/** Sums by the mark of the job that a call was made for. */
function sumBy(calls: ProxiedCall[], times: (call: ProxiedCall) => number): Map<string, number> {
  const sums = new Map<string, number>()
  for (const call of calls) {
    const mark = markIn(call.text)
    if (mark !== null) sums.set(mark, (sums.get(mark) ?? 0) + times(call))
  }
  return sums
}

function sumOf(names: readonly string[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const name of names) sums.set(name, (sums.get(name) ?? 0) + 1)
  return sums
}

const prefixed = (prefix: string, sums: Map<string, number>) =>
  Object.fromEntries(
    [...sums]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([name, times]) => [`${prefix}${name}`, times]),
  )

const toldFailed = ({ body }: ProxiedCall['answers'][number]) => body.includes('"status":"failed"')

const failedOf = (calls: ProxiedCall[], failed: Set<string>, mark: string) =>
  calls.filter((call) => startedRender(call) && markIn(call.text) === mark && failed.has(call.renderId)).length

async function balance({ upstream, engine }: SiegeWorld): Promise<number> {
  const authorization = upstream.calls.findLast(({ authorization }) => authorization !== '')?.authorization ?? ''
  const answer = await fetch(`${engine.url()}/api/credits/balance/simple`, { headers: { authorization } })
  const { data } = (await answer.json()) as { data: { total: number } }
  return data.total
}

async function hashesIn(folder: string): Promise<Set<string>> {
  const names = await readdir(folder)
  return new Set(await Promise.all(names.map((name) => hashOf(join(folder, name)))))
}

/** Jobs whose video in storage is none that the engine made, or not the one that the record names. */
async function brokenOutputs({ folder }: SiegeWorld, succeeded: JobRecord[], whole: Set<string>): Promise<JobRecord[]> {
  const storage = new FileStorage(join(folder, 'storage'))
  const broken: JobRecord[] = []
  for (const job of succeeded) {
    const hash = await hashOf(await storage.localPath(jobFile.output(job.id))).catch(() => 'none')
    if (hash !== job.checkpoint.output?.sha256 || !whole.has(hash)) broken.push(job)
  }
  return broken
}

const hashOf = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
