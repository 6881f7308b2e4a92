import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartupError } from '../errors/startup-error.ts'

/** A folder that belongs to this process alone until `release()`. */
export interface OwnedDir {
  /** Absolute. */
  path: string
  release(): Promise<void>
}

const BUSY = 5

/** An owner that drops its OwnedDir must not lose the lock to the garbage collector. */
const held = new Set<DatabaseSync>()

/**
 * Makes `path` (0700) unless it is there, and takes it for this process: one owner at a time, across processes.
 * @throws StartupError if another process has it, or if it can't be written.
 */
export async function ownDataDir(path: string): Promise<OwnedDir> {
  const folder = resolve(path)
  const note = join(folder, 'owner')
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const lock = await takeLock(folder, note)
    held.add(lock)
    await writeFile(note, `${process.pid} ${hostname()}\n`, { mode: 0o600 })
    return {
      path: folder,
      async release() {
        if (!held.delete(lock)) return
        await rm(note, { force: true })
        lock.close()
      },
    }
  } catch (error) {
    throw error instanceof StartupError ? error : notWritable(folder, error)
  }
}

/**
 * The lock is SQLite's on a file that stays empty, since that is a lock of the kernel's: of two that start together exactly
 * one gets it, and it goes with its process, kill -9 included, so nothing stale is ever left to judge or to clean up.
 * No other code may open that file: closing it anywhere in this process would give the lock away.
 */
async function takeLock(folder: string, note: string): Promise<DatabaseSync> {
  const lock = new DatabaseSync(join(folder, 'owner.lock'), { timeout: 0 })
  try {
    // Nothing is written, so no journal shall lie about after a kill.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    if (!(error instanceof Error && 'errcode' in error && error.errcode === BUSY)) throw error
    throw ownedByAnother(folder, await readOwner(note))
  }
}

/** The note may be older than the lock by a moment: one that names nobody alive is not repeated. */
async function readOwner(note: string): Promise<string> {
  const [pid = '', host = ''] = (await readFile(note, 'utf8').catch(() => '')).trim().split(' ')
  if (pid === '') return 'another process'
  if (host !== hostname()) return `process ${pid} on ${host}`
  return isAlive(Number(pid)) ? `process ${pid}` : 'another process'
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

const ownedByAnother = (folder: string, owner: string) =>
  new StartupError([
    {
      subject: 'DATA_DIR',
      expected: 'a folder that no other Clipyard uses',
      got: `${folder}, which ${owner} has now`,
      fix: 'stop that process, or set DATA_DIR to another folder',
    },
  ])

const notWritable = (folder: string, cause: unknown) =>
  new StartupError(
    [
      {
        subject: 'DATA_DIR',
        expected: 'a folder on a local disk that this user may write',
        got: `${folder} (${cause instanceof Error ? cause.message : String(cause)})`,
        fix: 'give this user the folder, or set DATA_DIR to another one',
      },
    ],
    cause,
  )
