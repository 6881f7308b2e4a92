import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { testFilesByLayer } from './layers.ts'
import { tempDir } from './temp-dir.ts'

async function layersOf(files: Record<string, string>) {
  await using temp = await tempDir()
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(temp.path, path)), { recursive: true })
    await writeFile(join(temp.path, path), text)
  }
  return testFilesByLayer(temp.path)
}

it('counts a test as fast unless it, or support that it imports, needs Redis or a program', async () => {
  const layers = await layersOf({
    'test/plain.test.ts': `import { it } from 'vitest'`,
    'test/starts.test.ts': `import { spawn } from 'node:child_process'`,
    'test/deep.test.ts': `import { world } from './support/world.ts'`,
    'test/support/world.ts': `import { redis } from './redis.ts'\nimport { other } from './world.ts'`,
    'test/support/redis.ts': `const url = inject('${'redisUrl'}')`,
  })

  expect(layers.unit).toEqual(['test/plain.test.ts'])
  expect(layers.redis).toEqual(['test/deep.test.ts', 'test/starts.test.ts'])
})

it('takes whole processes last', async () => {
  const layers = await layersOf({
    'test/e2e/a.test.ts': '',
    'test/examples/b.test.ts': '',
    'test/api/c.e2e.test.ts': '',
  })

  expect(layers.e2e).toEqual(['test/api/c.e2e.test.ts', 'test/e2e/a.test.ts', 'test/examples/b.test.ts'])
})

it('gives an empty layer a pattern that matches nothing', async () => {
  expect(await layersOf({})).toEqual({ unit: ['test/none'], redis: ['test/none'], e2e: ['test/none'] })
})
