import { spawnSync } from 'node:child_process'
import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'

const ROOT = new URL('../..', import.meta.url).pathname

interface LintConfig {
  rules: Record<string, unknown>
  overrides: { files: string[]; rules: Record<string, unknown> }[]
}

/** Runs the proof on this checkout's rules after a change to them. */
async function prove(change: (config: LintConfig) => void) {
  await using temp = await tempDir()
  for (const file of ['scripts', 'tsconfig.json', 'package.json']) {
    await cp(join(ROOT, file), join(temp.path, file), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(temp.path, 'node_modules'))
  const config = JSON.parse(await readFile(join(ROOT, '.oxlintrc.json'), 'utf8')) as LintConfig
  change(config)
  await writeFile(join(temp.path, '.oxlintrc.json'), JSON.stringify(config))
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/prove-lint-rules.mjs'], {
    cwd: temp.path,
    encoding: 'utf8',
  })
  return { status, said: stdout + stderr }
}

it('sees every planted violation caught by its own rule', async () => {
  const { status, said } = await prove(() => undefined)

  expect(said).toMatch(/^(\d+) of \1 planted violations caught\n$/)
  expect(status).toBe(0)
})

it('fails when a later rule undoes a narrower one', async () => {
  const { status, said } = await prove(({ overrides }) => {
    overrides.push({ files: ['src/workers/**'], rules: { 'no-restricted-imports': 'off' } })
  })

  expect(status).toBe(1)
  expect(said).toContain('A worker outlives any request.')
})

it('fails when a rule has no violation to prove it', async () => {
  const { status, said } = await prove(({ rules }) => (rules['eqeqeq'] = 'error'))

  expect(status).toBe(1)
  expect(said).toContain('no violation is known for the rule eqeqeq')
})

it('fails when what is allowed is caught', async () => {
  const { status, said } = await prove(({ overrides }) => {
    overrides.push({ files: ['src/main.ts'], rules: { 'node/no-process-env': 'error' } })
  })

  expect(status).toBe(1)
  expect(said).toContain('caught what is allowed: node(no-process-env) in src/main.ts')
})
