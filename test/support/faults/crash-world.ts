import { mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setupEngine } from '../engine-client.ts'
import { flashAndBeepClip } from '../clips.ts'
import { FaultProxy } from '../fault-proxy.ts'
import { tempDir } from '../temp-dir.ts'
import { webhookReceiver } from '../webhook-receiver.ts'
import { fleetEnvironment } from './fleet-environment.ts'
import { KillableRedis } from './killable-redis.ts'
import { OwnProcess } from './own-process.ts'
import { RedisLink } from './redis-link.ts'
import { SERVES, type Order } from './worker-order.ts'

const WORKER = new URL('worker-process.ts', import.meta.url).pathname
/** What the engine gives each account; an edit takes 50 of it. */
export const FULL_BALANCE = 1_000

/**
 * All that a worker works with, each behind something that a test can make fail: the engine and the clips behind fault
 * proxies, a Redis of its own behind a link.
 */
export async function crashWorld() {
  await using opened = new AsyncDisposableStack()
  const { path: folder } = opened.use(await tempDir())
  const engine = opened.use(await setupEngine({ renders: 2, credits: FULL_BALANCE }))
  const upstream = opened.use(await FaultProxy.start(() => engine.url()))
  const clip = await flashAndBeepClip(join(folder, 'clip.mp4'), { seconds: 1, width: 64, height: 36, fps: '10' })
  const clipServer = opened.use(await serveFile(clip))
  const clips = opened.use(await FaultProxy.start(() => clipServer.url))
  const redisFolder = join(folder, 'redis')
  await mkdir(redisFolder)
  const redis = opened.use(await KillableRedis.start(redisFolder))
  const link = opened.use(await RedisLink.start(redis.port))
  const receiver = opened.use(await webhookReceiver())
  const workers: OwnProcess[] = []
  opened.defer(async () => void (await Promise.all(workers.map((worker) => worker.kill()))))
  const all = opened.move()

  return {
    folder,
    engine,
    upstream,
    clips,
    redis,
    link,
    receiver,
    /** A worker process that serves these namespaces, each with an account of its own at the upstream. */
    async startWorker(namespaces: readonly string[], leaseMs: number): Promise<OwnProcess> {
      const order: Order = {
        leaseMs,
        cells: namespaces.map((namespace) => ({ namespace, apiUrl: upstream.url(namespace) })),
      }
      const env = fleetEnvironment({ folder, redisUrl: link.url, upstreamUrl: upstream.url() })
      const worker = await OwnProcess.start(WORKER, [JSON.stringify(order)], env, new RegExp(SERVES))
      workers.push(worker)
      return worker
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

export type CrashWorld = Awaited<ReturnType<typeof crashWorld>>

async function serveFile(path: string) {
  const bytes = await readFile(path)
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': bytes.length }).end(bytes)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
