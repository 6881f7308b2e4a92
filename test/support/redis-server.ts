import type { TestProject } from 'vitest/node'
import { dockerAnswers, startRedisContainer } from './redis-container.ts'
import { startSystemRedis } from './system-redis.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The real Redis of this run; a test takes a namespace of it through `testRedis()`. */
    redisUrl: string
  }
}

/** A Redis for one test run: how it is told to people, where it is, how it ends. */
export interface TestServer {
  name: string
  url: string
  stop(): Promise<void>
}

const SHARED = Symbol.for('clipyard.test-redis')
const shared = globalThis as { [SHARED]?: { server: Promise<TestServer>; users: number } }

/** One Redis for the whole run, however many test projects ask for it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = (shared[SHARED] ??= { server: startServer(), users: 0 })
  run.users += 1
  project.provide('redisUrl', (await run.server).url)
  return async () => {
    run.users -= 1
    if (run.users > 0) return
    delete shared[SHARED]
    await (await run.server).stop()
  }
}

async function startServer(): Promise<TestServer> {
  const server = (await fromDocker()) ?? (await startSystemRedis())
  process.stderr.write(`Redis of this run: ${server.name} at ${server.url}\n`)
  return server
}

async function fromDocker(): Promise<TestServer | undefined> {
  if (!(await dockerAnswers())) return undefined
  return startRedisContainer().catch((error: unknown) => {
    process.stderr.write(`Docker answers but gave no Redis (${String(error)}); trying the system's redis-server\n`)
    return undefined
  })
}
