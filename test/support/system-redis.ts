import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'
import type { TestServer } from './redis-server.ts'

const NO_REDIS =
  'No Docker engine answers and there is no redis-server on PATH: install redis-server (apt-get install redis-server)'

/** The system's `redis-server` on a free port of the loopback address, in a folder of its own. */
export async function startSystemRedis(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'clipyard-test-redis-'))
  const port = await freePort()
  const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction']
  const server = spawn('redis-server', ['--port', String(port), '--dir', folder, ...settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = Promise.race([once(server, 'exit'), once(server, 'error')]).then(([why]) => why as unknown)
  const said = readiness(server.stdout)
  if (!(await Promise.race([said, ended.then(() => false)]))) throw new Error(NO_REDIS, { cause: await ended })

  const url = `redis://127.0.0.1:${port}`
  // Another server that holds the port is easily mistaken for ours.
  const { version, pid } = await whoAnswers(url)
  if (pid !== server.pid) throw new Error(`Not our redis-server answers at ${url} (its pid is ${pid})`)

  return {
    name: `the system's redis-server ${version}`,
    url,
    async stop() {
      server.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function readiness(output: AsyncIterable<Buffer>): Promise<boolean> {
  let text = ''
  for await (const chunk of output) {
    text += chunk.toString()
    if (text.includes('Ready to accept connections')) return true
  }
  return false
}

async function whoAnswers(url: string): Promise<{ version: string; pid: number }> {
  const redis = new Redis(url)
  try {
    const info = await redis.info('server')
    const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? ''
    return { version: field('redis_version'), pid: Number(field('process_id')) }
  } finally {
    redis.disconnect()
  }
}
