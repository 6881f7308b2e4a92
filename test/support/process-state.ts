import { readFileSync } from 'node:fs'
import { systemClock } from '../../src/shared/time/clock.ts'

/** Whether the process runs; one that has ended and only waits to be reaped does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return process.platform !== 'linux'
  }
}

/** Resolves once the process has ended. */
export async function untilGone(pid: number): Promise<void> {
  while (isRunning(pid)) await systemClock.sleep(5)
}
