import { createHash } from 'node:crypto'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const LOOK_AGAIN_MS = 250
const WRITTEN_WITHIN_MS = 5_000

/**
 * Runs `act` while no other set-up of this checkout does: two `npm ci` at once would remove each other's files.
 * The lock names its process, so that one which was killed holds up nobody. Two that find such a lock in the same
 * millisecond could both go on; that is no worse than having no lock.
 */
export function withLock(root, act) {
  const lock = join(tmpdir(), `clipyard-setup-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`)
  let told = false
  while (!take(lock)) {
    if (isStale(lock)) {
      rmSync(lock, { force: true })
      continue
    }
    if (!told) console.error('clipyard: another set-up of this checkout is running; waiting for it')
    told = true
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_AGAIN_MS)
  }
  try {
    act()
  } finally {
    rmSync(lock, { force: true })
  }
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function isStale(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    if (pid > 0) return !isAlive(pid)
    return Date.now() - statSync(lock).mtimeMs > WRITTEN_WITHIN_MS
  } catch {
    return false // it went just now: try to take it
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}
