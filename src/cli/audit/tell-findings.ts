import { columns } from '../terminal/columns.ts'
import type { Paint } from '../terminal/paint.ts'
import { FAULT_KINDS, type FaultKind, type Findings } from './faults.ts'

/** So many of a kind are shown; the count tells of all. */
const SHOWN = 10

/** What an audit came to, as a terminal shows it: what was looked at, then each kind of fault with its cases. */
export function tellFindings({ looked, faults }: Findings, paint: Paint): string {
  const counts = Object.entries(looked).map(([what, count]) => [what, count.toLocaleString('en')] as const)
  const width = Math.max(...counts.map(([, count]) => count.length))
  const counted = counts.map(([what, count]) => [what, paint('bold', count.padStart(width))])
  const lines = [paint('dim', 'Looked at'), ...columns(counted), '']
  for (const [kind, meaning] of Object.entries(FAULT_KINDS) as [FaultKind, string][]) {
    const cases = faults.filter((fault) => fault.kind === kind)
    if (cases.length === 0) continue
    lines.push(`${paint('red', String(cases.length))} ${paint('bold', meaning)} ${paint('dim', kind)}`)
    lines.push(...columns(cases.slice(0, SHOWN).map(({ subject, detail }) => [subject, paint('dim', detail)])))
    if (cases.length > SHOWN) lines.push(`  and ${cases.length - SHOWN} more`)
    lines.push('')
  }
  const verdict = `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`
  return [...lines, paint(faults.length === 0 ? 'green' : 'red', verdict)].join('\n')
}
