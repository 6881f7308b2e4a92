import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { redisPid, refusedStart, startClipyard } from '../support/clipyard.ts'
import { tempDir } from '../support/temp-dir.ts'

describe('a start that can not be', () => {
  it('names every broken setting in one message', async () => {
    await using folder = await tempDir()
    const { code, stderr, stdout } = await refusedStart({ DATA_DIR: folder.path, PORT: 'eighty', LOG_LEVEL: 'loud' })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/PORT: expected .*; got "eighty"\. Fix: /)
    expect(stderr).toMatch(/LOG_LEVEL: expected .*; got "loud"\. Fix: /)
    expect(stderr).not.toMatch(/ at .*\.ts/)
  })

  it('says that another instance has the data folder', async () => {
    await using folder = await tempDir()
    const data = join(folder.path, 'data')
    await using _first = await startClipyard(data)
    const { code, stderr } = await refusedStart({ DATA_DIR: data })
    expect(code).toBe(1)
    expect(stderr).toMatch(/DATA_DIR.*expected .*; got .*\. Fix: /)
  })

  it('says that the port is taken, and leaves no Redis behind', async () => {
    await using folder = await tempDir()
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const { code, stderr } = await refusedStart({ DATA_DIR: folder.path, PORT: String(port) })
    taken.close()
    expect(code).toBe(1)
    expect(stderr).toContain(`PORT: expected 127.0.0.1:${port} to be free; got another program listens there. Fix: `)
    expect(await redisPid(folder.path)).toBeNull()
  })

  it('says what redis-server is needed for when there is none', async () => {
    await using folder = await tempDir()
    const { code, stderr } = await refusedStart({ DATA_DIR: folder.path, PATH: folder.path })
    expect(code).toBe(1)
    expect(stderr).toMatch(/redis-server: expected .*; got .*\. Fix: /)
  })

  it('knows its roles', async () => {
    const { code, stderr } = await refusedStart({}, ['everything'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/expected one of all, api, worker, engine; got everything\. Fix: Usage: clipyard/)
  })
})
