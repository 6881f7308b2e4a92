import { JobId } from '../../shared/jobs/ids.ts'

export const USAGE = 'Usage: npm run job -- <job id> [--run]'

/** What a command line asks for; a text says what is wrong with it. */
export function commandOf(args: readonly string[]): { id: JobId; run: boolean } | string {
  const ids = args.filter((arg) => !arg.startsWith('-'))
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--run')
  if (unknown !== undefined) return `Expected --run or nothing after the id; got ${unknown}.`
  if (ids.length !== 1) return `Expected one job id; got ${ids.length === 0 ? 'none' : ids.join(' ')}.`
  const id = JobId.safeParse(ids[0]).data
  return id ? { id, run: args.includes('--run') } : `Expected job_ and 26 characters; got ${ids[0]}.`
}
