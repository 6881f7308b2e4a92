import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FAULT_KINDS } from '../../src/cli/audit/faults.ts'

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')

it('explains every fault that an audit may find, and no other', () => {
  const section = page.slice(page.indexOf('### The audit'), page.indexOf('### One job'))
  const explained = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, kind]) => kind)

  expect(explained).toEqual(Object.keys(FAULT_KINDS))
})
