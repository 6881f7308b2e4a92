import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isFinalEvent } from '../../src/shared/jobs/events.ts'
import type { JobRecord } from '../../src/shared/jobs/job.ts'
import { jobFile } from '../../src/shared/jobs/report.ts'
import { FileStorage } from '../../src/shared/storage/file-storage.ts'
import { startedRender, timesApplied, type ProxiedCall } from '../support/faults/call-record.ts'
import type { Ledger } from './read-ledger.ts'
import { SIEGE_CREDITS, type SiegeWorld } from './siege-world.ts'
import { markIn, type Submitted } from './submit-jobs.ts'

type Counts = Map<string, number>

/** What the engine did, what Redis and storage hold and what the receiver took, side by side. */
export interface Evidence extends Ledger {
  submitted: Submitted
  calls: ProxiedCall[]
  mistakes: unknown[]
  /** By the mark of a job: messages that the engine applied, renders that it started, and those of them that failed. */
  applied: Counts
  renders: Counts
  failedRenders: Counts
  /** Credits that are gone from the account. */
  charged: number
  /** By the id of a job: final events in the log, and different events that the receiver took. */
  finalEvents: Counts
  received: Counts
  /** How often the receiver took each event. */
  taken: number[]
  brokenOutputs: JobRecord[]
}

export async function gatherEvidence(world: SiegeWorld, submitted: Submitted, ledger: Ledger): Promise<Evidence> {
  const { calls, mistakes } = world.upstream
  const failed = new Set(calls.filter(toldFailed).map(({ renderId }) => renderId))
  const starts = calls.filter(startedRender)
  const taken = [...world.taken.values()]
  return {
    ...ledger,
    submitted,
    calls,
    mistakes,
    applied: countByMark(calls, timesApplied),
    renders: countByMark(starts, () => 1),
    failedRenders: countByMark(
      starts.filter(({ renderId }) => failed.has(renderId)),
      () => 1,
    ),
    charged: SIEGE_CREDITS - (await balance(world)),
    finalEvents: count(ledger.events.filter(({ type }) => isFinalEvent(type)).map(({ job }) => job)),
    received: count(taken.map(({ body }) => /job_[0-9A-Z]{26}/.exec(body)?.[0] ?? '')),
    taken: taken.map(({ times }) => times),
    brokenOutputs: await brokenOutputs(world, ledger.jobs),
  }
}

/** How often each name comes. */
export function count(names: readonly string[]): Counts {
  const counts: Counts = new Map()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** Of the jobs that messages and drafts bear the mark of. */
function countByMark(calls: ProxiedCall[], times: (call: ProxiedCall) => number): Counts {
  const counts: Counts = new Map()
  for (const call of calls) {
    const mark = times(call) > 0 ? markIn(call.text) : null
    if (mark !== null) counts.set(mark, (counts.get(mark) ?? 0) + times(call))
  }
  return counts
}

const toldFailed = ({ answers }: ProxiedCall) => answers.some(({ body }) => body.includes('"status":"failed"'))

async function balance({ upstream, engine }: SiegeWorld): Promise<number> {
  const authorization = upstream.calls.findLast((call) => call.authorization !== '')?.authorization ?? ''
  const answer = await fetch(`${engine.url()}/api/credits/balance/simple`, { headers: { authorization } })
  const { data } = (await answer.json()) as { data: { total: number } }
  return data.total
}

/** Jobs whose video in storage is none that the engine made, or not the one that the record names. */
async function brokenOutputs({ folder, engine }: SiegeWorld, jobs: JobRecord[]): Promise<JobRecord[]> {
  const made = join(engine.config.dataDir, 'outputs')
  const whole = new Set(await Promise.all((await readdir(made)).map((name) => hashOf(join(made, name)))))
  const storage = new FileStorage(join(folder, 'storage'))
  const broken: JobRecord[] = []
  for (const job of jobs.filter(({ status }) => status === 'succeeded')) {
    const hash = await hashOf(await storage.localPath(jobFile.output(job.id))).catch(() => 'none')
    if (hash !== job.checkpoint.output?.sha256 || !whole.has(hash)) broken.push(job)
  }
  return broken
}

const hashOf = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
