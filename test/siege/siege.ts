import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { runSiege, type SiegeResult } from './run-siege.ts'

// npm run siege -- --jobs 500 --seed 1 --runs 20: each run has the next seed. Exit code 1 if any count that must be 0 is not.
const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    runs: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '15' },
    workers: { type: 'string', default: '3' },
    apis: { type: 'string', default: '2' },
    log: { type: 'string' },
  },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const { jobs, seed, runs, minutes, workers, apis } = values

for (let run = 0; run < Number(runs); run++) {
  const options = { jobs: Number(jobs), minutes: Number(minutes), workers: Number(workers), apis: Number(apis) }
  const result = await runSiege({ ...options, seed: Number(seed) + run })
  process.stdout.write(
    `\nSiege ${run + 1} of ${runs}, seed ${Number(seed) + run}, ${result.seconds} s\n${table(result)}\n`,
  )
  if (values.log) await writeFile(values.log, result.output, { flag: 'a' })
  if (Object.values(result.audit.faults).some((times) => times !== 0)) process.exitCode = 1
}

function table({ audit, kills }: SiegeResult): string {
  const killed = Object.entries(kills).map(([victim, times]) => [`kill -9 of ${victim}`, times] as const)
  const rows = (entries: (readonly [string, number])[]) =>
    entries.map(([name, times]) => `  ${name.padEnd(54)}${String(times).padStart(8)}`).join('\n')
  const suspects = audit.suspects.slice(0, 50).map((suspect) => `    ${suspect}`)
  return [
    rows([...killed, ...Object.entries(audit.seen)]),
    '  must be 0:',
    rows(Object.entries(audit.faults)),
    ...suspects,
  ].join('\n')
}
