import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { endOrphans } from '../programs/end-orphans.ts'

const NAMES = ['accounts', 'sessions', 'clips', 'sounds', 'renders', 'outputs', 'incoming', 'work'] as const

/** Where the engine keeps what; every path is absolute. */
export type Folders = Record<(typeof NAMES)[number], string>

/** Makes the folders where they are missing, and empties those that hold only half-done work. */
export async function openFolders(dataDir: string): Promise<Folders> {
  const folders = Object.fromEntries(NAMES.map((name) => [name, join(dataDir, name)])) as Folders
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true, mode: 0o700 })
  await endOrphans(folders.work)
  await Promise.all([empty(folders.incoming), empty(folders.work)])
  return folders
}

async function empty(folder: string) {
  const names = await readdir(folder)
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })))
}
