import { SETTINGS, type Setting } from '../shared/config/settings.ts'

/** docs/settings.md, made from the settings that the service reads. */
export function settingsPage(): string {
  const rows = Object.entries<Setting<unknown>>(SETTINGS).map(
    ([name, { fallback, meaning }]) => `| \`${name}\` | ${shown(fallback)} | ${meaning} |`,
  )
  return `# Settings

All are read from the environment and checked at start; every fault is named in one message, with what was expected, what
came and how to mend it. Times end in \`_MS\` and are milliseconds.

| name | default | meaning |
|---|---|---|
${rows.join('\n')}

\`CLIPYARD_NO_INSTALL=1\` keeps \`npm start\` and \`npm test\` from installing system packages. One command line starts each
role: \`npm start -- [all | api | worker | engine]\`.
`
}

const shown = (fallback: unknown) => {
  if (fallback === undefined || (Array.isArray(fallback) && fallback.length === 0)) return 'unset'
  return `\`${Array.isArray(fallback) ? fallback.join(',') : String(fallback as string)}\``
}
