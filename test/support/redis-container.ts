import { existsSync } from 'node:fs'
import { request } from 'node:http'
import type { TestServer } from './redis-server.ts'

const SOCKET = '/var/run/docker.sock'

/** Whether a Docker engine is there and answers, told within a second. */
export async function dockerAnswers(): Promise<boolean> {
  // A host that is named on purpose is for testcontainers to reach, whatever its scheme.
  if (process.env['DOCKER_HOST']) return true
  if (!existsSync(SOCKET)) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const ping = request({ socketPath: SOCKET, path: '/_ping', timeout: 1_000 }, (response) => {
    response.resume()
    resolve(response.statusCode === 200)
  })
  ping.on('timeout', () => ping.destroy(new Error('timeout')))
  ping.on('error', () => resolve(false))
  ping.end()
  return promise
}

/** A Redis in a container of its own; it is removed with the run. */
export async function startRedisContainer(): Promise<TestServer> {
  // Loaded only here: most machines without Docker should not wait for it.
  const { GenericContainer, Wait } = await import('testcontainers')
  const image = 'redis:7-alpine'
  const container = await new GenericContainer(image)
    .withCommand(['redis-server', '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .withStartupTimeout(60_000)
    .start()
  return {
    name: `${image} in Docker`,
    url: `redis://${container.getHost()}:${container.getMappedPort(6379)}`,
    stop: async () => void (await container.stop()),
  }
}
