import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { StartupError } from '../errors/startup-error.ts'

export interface SocketPath {
  path: string
  /** Removes the socket, and the folder if one was made for it. */
  release(): Promise<void>
}

/** What fits into `sockaddr_un`, the closing zero left out. */
const MAX_BYTES = process.platform === 'darwin' ? 103 : 107
const SOCKET = 'redis.sock'
const PREFIX = 'clipyard-'
/** Remembers the folder outside, so that it goes after a kill -9 too. */
const NOTE = 'redis.sock-folder'

/** The socket lies in `dir`, or, if that path were too long for a socket, in a new private folder of the system's temporary one. */
export async function claimSocketPath(dir: string): Promise<SocketPath> {
  const note = join(dir, NOTE)
  await removeFormer(note)
  const inside = join(dir, SOCKET)
  await rm(inside, { force: true })
  if (fits(inside)) return { path: inside, release: () => rm(inside, { force: true }) }

  const outside = join(tmpdir(), PREFIX)
  if (!fits(join(`${outside}XXXXXX`, SOCKET))) throw tooLong(dir)
  const folder = await mkdtemp(outside) // 0700, and nobody can have made it before us
  await writeFile(note, folder, { mode: 0o600 })
  return { path: join(folder, SOCKET), release: () => removeFormer(note) }
}

/** Where the server of `dir` listens, if one does. */
export async function findSocketPath(dir: string): Promise<string> {
  const folder = await readFile(join(dir, NOTE), 'utf8').catch(() => dir)
  return join(folder, SOCKET)
}

async function removeFormer(note: string): Promise<void> {
  const folder = await readFile(note, 'utf8').catch(() => '')
  if (basename(folder).startsWith(PREFIX)) await rm(folder, { recursive: true, force: true })
  await rm(note, { force: true })
}

const fits = (path: string) => Buffer.byteLength(path) <= MAX_BYTES

const tooLong = (dir: string) =>
  new StartupError([
    {
      subject: 'DATA_DIR',
      expected: `a path with which a unix socket's stays within ${MAX_BYTES} bytes`,
      got: `${dir}, and a TMPDIR that is too long as well`,
      fix: 'set DATA_DIR to a shorter path',
    },
  ])
