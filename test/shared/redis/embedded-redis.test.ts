import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { StartupError } from '../../../src/shared/errors/startup-error.ts'
import { systemClock } from '../../../src/shared/time/clock.ts'
import { embeddedRedis } from '../../support/embedded-redis.ts'
import { LogSpy } from '../../support/log-spy.ts'
import { isRunning, untilGone } from '../../support/process-state.ts'
import { tempDir } from '../../support/temp-dir.ts'

const OWNER = new URL('own-an-embedded-redis.ts', import.meta.url).pathname

/** A process that has an embedded Redis in `dir`, with `kept` set to `yes`, and is then killed with -9. */
async function killedOwner(dir: string) {
  const owner = spawn(process.execPath, [OWNER, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(owner, 'exit')
  const [said] = (await once(owner.stdout, 'data')) as [Buffer]
  owner.kill('SIGKILL')
  await exited
  const redisPid = Number(said.toString())
  return {
    redisPid,
    /** A test that fails must not leave what it looks for. */
    [Symbol.dispose]() {
      if (isRunning(redisPid)) process.kill(redisPid, 'SIGKILL')
    },
  }
}

it('puts every write on the disk before it is acknowledged, refuses to evict, and has no port', async () => {
  await using temp = await tempDir()
  await using t = await embeddedRedis(temp.path)
  const setting = async (name: string) => ((await t.redis.config('GET', name)) as string[])[1]

  expect(await setting('appendonly')).toBe('yes')
  expect(await setting('appendfsync')).toBe('always')
  expect(await setting('maxmemory-policy')).toBe('noeviction')
  expect(await setting('save')).toBe('')
  expect(await setting('port')).toBe('0')
  expect((await stat(t.server.socketPath)).mode & 0o077).toBe(0)
})

it('keeps its data over a clean restart and leaves no file behind but data and log', async () => {
  await using temp = await tempDir()
  {
    await using t = await embeddedRedis(temp.path)
    await t.redis.set('kept', 'yes')
  }
  expect((await readdir(temp.path)).sort()).toEqual(['appendonlydir', 'redis.log'])

  await using t = await embeddedRedis(temp.path)
  expect(await t.redis.get('kept')).toBe('yes')
})

it('comes back by itself with all its data after a kill -9 of the server', async () => {
  await using temp = await tempDir()
  await using t = await embeddedRedis(temp.path)
  await t.redis.set('kept', 'yes')
  const killed = t.server.pid()
  const lost = new Promise((resolve) => t.redis.once('close', resolve))
  process.kill(killed, 'SIGKILL')
  await lost

  expect(await t.redis.get('kept')).toBe('yes')
  expect(t.server.pid()).not.toBe(killed)
})

it('tells the log that the server died and is back', async () => {
  await using temp = await tempDir()
  const log = new LogSpy()
  await using t = await embeddedRedis(temp.path, { log: log.logger })
  process.kill(t.server.pid(), 'SIGKILL')

  await log.reached(/signal SIGKILL.*redis-server died; starting it again/)
  expect(await log.reached(/redis-server is back/)).toContain(`"pid":${t.server.pid()}`)
})

it('ends a server that outlived its killed owner and goes on with its data', async () => {
  await using temp = await tempDir()
  using killed = await killedOwner(temp.path)
  const { redisPid } = killed
  expect(isRunning(redisPid)).toBe(true)

  await using t = await embeddedRedis(temp.path)
  expect(await t.redis.get('kept')).toBe('yes')
  expect(isRunning(redisPid)).toBe(false)
})

it('ends such a server even if it no longer reacts', async () => {
  await using temp = await tempDir()
  using killed = await killedOwner(temp.path)
  const { redisPid } = killed
  process.kill(redisPid, 'SIGSTOP')
  let skippedMs = 0
  const impatient = {
    now: () => Date.now() + skippedMs,
    sleep: (ms: number, options?: { signal?: AbortSignal | undefined }) => {
      skippedMs += 1_000
      return systemClock.sleep(ms, options)
    },
  }
  await using _t = await embeddedRedis(temp.path, { clock: impatient })

  expect(isRunning(redisPid)).toBe(false)
})

it('leaves a foreign process alone whose pid stands in an old pid file', async () => {
  await using temp = await tempDir()
  const foreign = spawn('sh', ['-c', 'read -r line'], { stdio: ['pipe', 'ignore', 'ignore'] })
  await writeFile(join(temp.path, 'redis.pid'), String(foreign.pid))
  await writeFile(join(temp.path, 'redis.sock'), 'stale')
  await using t = await embeddedRedis(temp.path)

  expect(await t.redis.ping()).toBe('PONG')
  expect(isRunning(foreign.pid ?? 0)).toBe(true)
  foreign.kill('SIGKILL')
})

it('uses a short private socket path where the folder is too deep for one, and removes it', async () => {
  await using temp = await tempDir()
  const deep = join(temp.path, 'a-folder-with-a-long-name-'.repeat(4))
  await mkdir(deep)
  const t = await embeddedRedis(deep)
  await t.redis.set('kept', 'yes')

  const { socketPath } = t.server
  expect(socketPath).not.toContain(deep)
  expect((await stat(dirname(socketPath))).mode & 0o777).toBe(0o700)
  await t[Symbol.asyncDispose]()
  await expect(stat(dirname(socketPath))).rejects.toThrow('ENOENT')
})

it('removes the short path of a killed owner too', async () => {
  await using temp = await tempDir()
  const deep = join(temp.path, 'a-folder-with-a-long-name-'.repeat(4))
  using _killed = await killedOwner(deep)
  const former = await readFile(join(deep, 'redis.sock-folder'), 'utf8')

  await using t = await embeddedRedis(deep)
  expect(await t.redis.get('kept')).toBe('yes')
  await expect(stat(former)).rejects.toThrow('ENOENT')
})

it('starts with a half-written tail, losing nothing that was acknowledged', async () => {
  await using temp = await tempDir()
  {
    await using t = await embeddedRedis(temp.path)
    await t.redis.set('kept', 'yes')
  }
  await appendFile(await lastAppendOnlyFile(temp.path), '*3\r\n$3\r\nSET\r\n$4\r\nha')

  await using t = await embeddedRedis(temp.path)
  expect(await t.redis.get('kept')).toBe('yes')
})

it('shows the last words of a server that refuses to start', async () => {
  await using temp = await tempDir()
  {
    await using t = await embeddedRedis(temp.path)
    await t.redis.set('kept', 'yes')
  }
  await writeFile(await lastAppendOnlyFile(temp.path), 'this is no append-only file\r\n')

  const started = embeddedRedis(temp.path)
  await expect(started).rejects.toThrow(StartupError)
  await expect(started).rejects.toThrow(/got exit code 1: .*Bad file format/)
})

it('closes while the server is just being started again', async () => {
  await using temp = await tempDir()
  const t = await embeddedRedis(temp.path)
  process.kill(t.server.pid(), 'SIGKILL')
  await untilGone(t.server.pid())
  await t[Symbol.asyncDispose]()

  expect(isRunning(t.server.pid())).toBe(false)
})

async function lastAppendOnlyFile(dir: string): Promise<string> {
  const folder = join(dir, 'appendonlydir')
  const name = (await readdir(folder)).find((file) => file.endsWith('.incr.aof'))
  return join(folder, name ?? '')
}
