import { readdir, readlink } from 'node:fs/promises'
import { sep } from 'node:path'

/**
 * Ends programs that work inside `folder`: those that an engine started before it was killed. Where the system has no
 * /proc they run on to their end, in a folder that is gone.
 */
export async function endOrphans(folder: string): Promise<void> {
  const names = await readdir('/proc').catch(() => [])
  const pids = names.filter((name) => /^\d+$/.test(name))
  await Promise.all(
    pids.map(async (pid) => {
      const at = await readlink(`/proc/${pid}/cwd`).catch(() => '')
      if (at.startsWith(folder + sep)) kill(Number(pid))
    }),
  )
}

/** It may have ended by itself meanwhile. */
function kill(pid: number) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
