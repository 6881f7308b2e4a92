import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'

const BIN = new URL('../../bin/clipyard.mjs', import.meta.url).pathname

it('passes the role on, and the exit code back', () => {
  const { status, stderr } = spawnSync(process.execPath, [BIN, 'nonsense'], { encoding: 'utf8' })

  expect(status).toBe(1)
  expect(stderr).toContain('Usage: clipyard [all | api | worker | engine]')
})

it('hands SIGTERM on and ends as the service ends', async () => {
  await using temp = await tempDir()
  const env = { PATH: process.env['PATH'], DATA_DIR: temp.path, ENGINE_PORT: '0', LOG_LEVEL: 'silent' }
  const child = spawn(process.execPath, [BIN, 'engine'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const ready = await Promise.race([once(child.stdout, 'data'), exited])
  expect(String(ready[0])).toMatch(/http:\/\/127\.0\.0\.1:\d+/)
  child.kill('SIGTERM')

  expect(await exited).toEqual([0, null])
})
