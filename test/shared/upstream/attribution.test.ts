import { expect, it } from 'vitest'
import { platformOf } from '../../../src/shared/upstream/attribution.ts'

it.each([
  ['/home/ada/.clawhub/skills/clipyard', 'clawhub'],
  ['/home/ada/.clawhub', 'clawhub'],
  ['/home/ada/.cursor/skills/clipyard', 'cursor'],
  ['/home/ada/.cursor/clipyard', 'unknown'],
  ['/home/ada/.cursor/skills-old/clipyard', 'unknown'],
  ['/home/ada/.clawhubs/clipyard', 'unknown'],
  ['/home/bob/.clawhub/clipyard', 'unknown'],
  ['/home/ada/.clawhub/../clipyard', 'unknown'],
  ['/opt/clipyard', 'unknown'],
])('an installation at %s is told as %s', (path, platform) => {
  expect(platformOf(path, '/home/ada')).toBe(platform)
})
