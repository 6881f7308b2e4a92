import { connect } from 'node:net'

const ANSWER_MAX_MS = 1_000

/** How the server behind a unix socket is: answering, there but not ready (loading, or too busy to answer), or not there. */
export function pingRedis(socketPath: string): Promise<'ready' | 'busy' | 'absent'> {
  const { promise, resolve } = Promise.withResolvers<'ready' | 'busy' | 'absent'>()
  const socket = connect(socketPath, () => socket.write('PING\r\n'))
  socket.setTimeout(ANSWER_MAX_MS, () => resolve('busy'))
  socket.on('data', (answer) => resolve(answer.toString().startsWith('+PONG') ? 'ready' : 'busy'))
  socket.on('error', () => resolve('absent'))
  socket.on('close', () => resolve('absent'))
  return promise.finally(() => socket.destroy())
}
