import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { settingsPage } from '../../src/cli/settings-page.ts'

it('is what the service reads: write it anew with `npm run docs`', () => {
  expect(readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8')).toBe(settingsPage())
})
