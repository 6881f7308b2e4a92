import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { flashAndBeepClip } from '../support/clips.ts'
import { setupEngine } from '../support/engine-client.ts'
import { FaultProxy } from '../support/fault-proxy.ts'
import { KillableRedis } from '../support/faults/killable-redis.ts'
import { tempDir } from '../support/temp-dir.ts'
import { webhookReceiver } from '../support/webhook-receiver.ts'

/** More than any siege can spend. */
export const SIEGE_CREDITS = 100_000_000
/** One event in so many is refused by the receiver when it comes for the first time. */
const REFUSES_EVERY = 7

/** What a siege is laid around: the engine behind its proxy, Redis, a receiver that fails at times, a clip. */
export async function siegeWorld() {
  await using opened = new AsyncDisposableStack()
  const { path: folder } = opened.use(await tempDir())
  const engine = opened.use(await setupEngine({ renders: 2, credits: SIEGE_CREDITS }))
  const upstream = opened.use(await FaultProxy.start(() => engine.url()))
  const redisFolder = join(folder, 'redis')
  await mkdir(redisFolder)
  const redis = opened.use(await KillableRedis.start(redisFolder))
  const clip = await flashAndBeepClip(join(folder, 'clip.mp4'), { seconds: 1, width: 64, height: 36, fps: '10' })
  const { receiver, taken } = await forgetfulReceiver()
  opened.use(receiver)
  const all = opened.move()
  return { folder, engine, upstream, redis, clip, receiver, taken, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

export type SiegeWorld = Awaited<ReturnType<typeof siegeWorld>>

/** A receiver that refuses some events once; `taken` holds, by event, the body that it took and how often. */
async function forgetfulReceiver() {
  const taken = new Map<string, { body: string; times: number }>()
  const refused = new Set<string>()
  let arrivals = 0
  const receiver = await webhookReceiver(({ headers, body }) => {
    const id = String(headers['webhook-id'])
    arrivals += 1
    if (arrivals % REFUSES_EVERY === 0 && !refused.has(id) && !taken.has(id)) {
      refused.add(id)
      return 500
    }
    taken.set(id, { body, times: (taken.get(id)?.times ?? 0) + 1 })
    return 204
  })
  return { receiver, taken }
}
