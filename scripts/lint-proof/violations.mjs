const repeat = (count, line) => Array.from({ length: count }, (_, index) => line(index)).join('\n')

/** One violation for each rule that is not about imports between layers. */
export const VIOLATIONS = [
  {
    rule: 'typescript/no-floating-promises',
    files: { 'src/shared/floating.ts': `export async function send(): Promise<void> {}\nsend()\n` },
  },
  {
    rule: 'typescript/no-misused-promises',
    files: {
      'src/shared/misused.ts': `export const each = (act: () => void) => act()\neach(async () => { await Promise.resolve() })\n`,
    },
  },
  {
    rule: 'typescript/switch-exhaustiveness-check',
    files: {
      'src/shared/forgotten.ts': `export function tell(status: 'queued' | 'running') {\n  switch (status) {\n    case 'queued':\n      return 1\n  }\n}\n`,
    },
  },
  {
    rule: 'typescript/no-explicit-any',
    files: { 'src/shared/any.ts': `export const anything = (value: any) => value\n` },
  },
  {
    rule: 'import/no-cycle',
    files: {
      'src/shared/one.ts': `import { other } from './other.ts'\nexport const one = () => other\n`,
      'src/shared/other.ts': `import { one } from './one.ts'\nexport const other = () => one\n`,
    },
  },
  {
    rule: 'max-lines',
    files: { 'src/shared/long.ts': `${repeat(251, (index) => `export const line${index} = ${index}`)}\n` },
  },
  { rule: 'no-console', files: { 'src/shared/console.ts': `console.log('planted')\n` } },
  {
    rule: 'vitest/valid-expect',
    files: {
      'test/expect.test.ts': `import { expect, it } from 'vitest'\nit('is planted', () => {\n  expect(1, 'one', 'two').toBe(1)\n})\n`,
    },
  },
  { rule: 'node/no-process-env', files: { 'src/workers/environment.ts': `export const home = process.env['HOME']\n` } },
  { rule: 'unicorn/no-process-exit', files: { 'src/api/exit.ts': `export const leave = () => process.exit(1)\n` } },
  {
    rule: 'no-restricted-globals',
    message: 'Wait for what happened (test/support), not for time.',
    files: { 'test/sleeps.ts': `export const sleep = () => new Promise((resolve) => setTimeout(resolve, 1))\n` },
  },
]

/** What the exceptions allow must stay allowed. */
export const PERMISSIONS = [
  { files: { 'src/main.ts': `console.log(process.env['HOME'])\nprocess.exit(0)\n` } },
  { files: { 'src/cli/tell.ts': `console.log(process.env['HOME'])\nprocess.exit(0)\n` } },
  { files: { 'bench/tell.ts': `console.log('planted')\n` } },
]
