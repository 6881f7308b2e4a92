// A gate must be seen to fail: plants a violation of every rule of .oxlintrc.json into a copy of the tree's layout and
// expects each to be caught by its own rule, with its own reason. Nothing is planted in the checkout itself.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PERMISSIONS, VIOLATIONS } from './lint-proof/violations.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const config = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8'))

/** One planted import for each path that a layer may not name, in a folder of that layer. */
function layerViolations() {
  return config.overrides.flatMap(({ files, rules }) => {
    const [, options] = rules['no-restricted-imports'] ?? []
    return (options?.patterns ?? []).flatMap(({ group, message }) =>
      files.flatMap((glob) => group.map((path) => restrictedImport(glob, path, message))),
    )
  })
}

let planted = 0
function restrictedImport(glob, path, message) {
  const folder = glob.replace(/\/\*\*$/, '').replaceAll('*', 'planted')
  const target = path.replace(/^\*\*\//, '../../../').replace(/\*+$/, 'planted.ts')
  return {
    rule: 'no-restricted-imports',
    message,
    files: { [`${folder}/planted-${planted++}.ts`]: `import planted from '${target}'\nexport default planted\n` },
  }
}

/** Rules that are on but have no violation here: each new rule must bring its own. */
function unprovenRules(violations) {
  const on = [config, ...config.overrides].flatMap(({ rules }) => Object.entries(rules))
  const names = on.filter(([, level]) => [level].flat()[0] === 'error').map(([name]) => name)
  return [...new Set(names)].filter((name) => !violations.some(({ rule }) => rule === name))
}

/** What oxlint finds in a folder that holds these files only. */
function lint(sources) {
  const folder = mkdtempSync(join(tmpdir(), 'clipyard-lint-'))
  try {
    for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) cpSync(join(root, file), join(folder, file))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    for (const [file, source] of Object.entries(sources)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), source)
    }
    const oxlint = join(root, 'node_modules', '.bin', 'oxlint')
    const { stdout } = spawnSync(process.execPath, [oxlint, '--format=json'], { cwd: folder, maxBuffer: 2 ** 26 })
    return JSON.parse(stdout.toString()).diagnostics.map((found) => ({
      ...found,
      filename: relative(folder, join(folder, found.filename)),
    }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function isCaught({ rule, message, files }, diagnostics) {
  const name = rule.split('/').at(-1)
  return diagnostics.some(
    ({ filename, code, message: said, help }) =>
      filename in files && code.includes(`(${name})`) && (!message || `${said} ${help}`.includes(message)),
  )
}

const violations = [...VIOLATIONS, ...layerViolations()]
const permitted = Object.assign({}, ...PERMISSIONS.map(({ files }) => files))
const diagnostics = lint(Object.assign({}, permitted, ...violations.map(({ files }) => files)))

const missed = violations.filter((violation) => !isCaught(violation, diagnostics))
const overcaught = diagnostics.filter(({ filename }) => filename in permitted)
const unproven = unprovenRules(violations)

for (const { rule, message, files } of missed)
  console.error(`not caught: ${rule} in ${Object.keys(files)[0]}: ${message ?? ''}\n${Object.values(files)[0]}`)
for (const { filename, code } of overcaught) console.error(`caught what is allowed: ${code} in ${filename}`)
for (const name of unproven)
  console.error(`no violation is known for the rule ${name}: add one to scripts/lint-proof/violations.mjs`)
console.log(`${violations.length - missed.length} of ${violations.length} planted violations caught`)
process.exitCode = missed.length + overcaught.length + unproven.length === 0 ? 0 : 1
