import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

const MOVE_JOB = readFileSync(new URL('../../../src/shared/redis/scripts/move-job.lua', import.meta.url), 'utf8')
/** How a move looks on the wire: by the script's hash, or by its text to a server that does not know it yet. */
const MOVES = [createHash('sha1').update(MOVE_JOB).digest('hex'), MOVE_JOB.slice(0, 80)]

/** A line between workers and Redis, on which a test may stop what would be written next. */
export class RedisLink implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #armed = new Map<string, () => void>()

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(redisPort: number): Promise<RedisLink> {
    const server = createServer()
    const link = new RedisLink(server)
    server.on('connection', (near) => link.#join(near, connect(redisPort, '127.0.0.1')))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return link
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** The next move of a job in this namespace does not reach Redis, nor does anything after it on that connection. */
  stopNextMove(namespace: string, onStopped: () => void): void {
    this.#armed.set(namespace, onStopped)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #join(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket.setNoDelay(true))
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
    far.on('data', (bytes: Buffer) => near.write(bytes))
    let stopped = false
    near.on('data', (bytes: Buffer) => {
      stopped ||= this.#stops(bytes)
      if (!stopped) far.write(bytes)
    })
  }

  #stops(bytes: Buffer): boolean {
    if (this.#armed.size === 0) return false
    if (!MOVES.some((move) => bytes.includes(move))) return false
    for (const [namespace, onStopped] of this.#armed) {
      if (!bytes.includes(`${namespace}:{`)) continue
      this.#armed.delete(namespace)
      onStopped()
      return true
    }
    return false
  }
}
