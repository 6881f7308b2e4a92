import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, readlink, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Logger } from '../observe/logger.ts'
import { SECOND_MS, type Clock } from '../time/clock.ts'

/** Names the server that runs in a folder, for the next owner should this one be killed. */
export const PID_FILE = 'redis.pid'

const END_MAX_MS = 10 * SECOND_MS

/**
 * Ends a `redis-server` that outlived a kill -9 of its owner: two must never write one append-only file. What it had
 * acknowledged is on the disk and is loaded by the next one.
 */
export async function endSurvivor(dir: string, { log, clock }: { log: Logger; clock: Clock }): Promise<void> {
  const pidFile = join(dir, PID_FILE)
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''))
  if (Number.isInteger(pid) && pid > 1 && (await runsIn(dir, pid))) {
    log.warn({ pid }, 'a redis-server outlived its owner; ending it before starting a new one')
    signalTo(pid, 'SIGTERM')
    const givesUpAt = clock.now() + END_MAX_MS
    for (let killed = false; await runsIn(dir, pid); await clock.sleep(20)) {
      if (killed || clock.now() < givesUpAt) continue
      killed = signalTo(pid, 'SIGKILL')
    }
  }
  await rm(pidFile, { force: true })
}

/** A pid may be used again by anything: it counts only while it is a redis-server of this folder. */
async function runsIn(dir: string, pid: number): Promise<boolean> {
  if (!existsSync('/proc/self')) {
    const ps = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
    return ps.stdout.includes('redis-server')
  }
  // Both are empty for a process that has ended and waits to be reaped.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '')
  return command.includes('redis-server') && folder === (await realpath(dir))
}

function signalTo(pid: number, signal: NodeJS.Signals): true {
  try {
    process.kill(pid, signal)
  } catch {
    // It went by itself just now, which is what was wanted.
  }
  return true
}
