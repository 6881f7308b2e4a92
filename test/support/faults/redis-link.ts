import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

const MOVE_JOB = readFileSync(new URL('../../../src/shared/redis/scripts/move-job.lua', import.meta.url), 'utf8')
/** How a move looks on the wire: by the script's hash, or by its text to a server that does not know it yet. */
const MOVES = [createHash('sha1').update(MOVE_JOB).digest('hex'), MOVE_JOB.slice(0, 80)]

interface Stop {
  /** `write`: it does not reach Redis · `reply`: Redis has written it, and nobody is told. */
  what: 'write' | 'reply'
  onStopped: () => void
}

/** A line between workers and Redis, on which a test may stop what would be written next. */
export class RedisLink implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #armed = new Map<string, Stop>()

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

  /** Stops the connection on which the next move of a job in this namespace comes: from then on it carries nothing. */
  stopNextMove(namespace: string, stop: Stop): void {
    this.#armed.set(namespace, stop)
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
    let stop: Stop | null = null
    near.on('data', (bytes: Buffer) => {
      if (stop) return
      stop = this.#stopFor(bytes)
      if (stop?.what === 'write') stop.onStopped()
      else far.write(bytes)
    })
    far.on('data', (bytes: Buffer) => {
      if (!stop) near.write(bytes)
      else if (stop.what === 'reply') stop.onStopped()
    })
  }

  #stopFor(bytes: Buffer): Stop | null {
    if (this.#armed.size === 0 || !MOVES.some((move) => bytes.includes(move))) return null
    const namespace = [...this.#armed.keys()].find((name) => bytes.includes(`${name}:{`))
    const stop = namespace === undefined ? undefined : this.#armed.get(namespace)
    if (namespace !== undefined) this.#armed.delete(namespace)
    return stop ?? null
  }
}
