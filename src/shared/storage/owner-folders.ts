import { opendir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoredOwner } from './storage.ts'

/** ULIDs of one hour share their first characters; the last ones spread owners over folders. */
export const shardOf = (owner: string): string => owner.slice(-2)

const isShard = (name: string) => /^[A-Za-z0-9_]{1,2}$/.test(name)

/** Owners behind `after` in the order of shard and name: at most so many, and no more shards are read than those need. */
export async function listOwners(
  root: string,
  after: string | null,
  atMost: number,
): Promise<{ owners: StoredOwner[]; next: string | null }> {
  const from = after === null ? '' : shardOf(after)
  const shards = (await namesIn(root)).filter((name) => isShard(name) && name >= from)
  const owners: StoredOwner[] = []
  for (const shard of shards) {
    const names = await namesIn(join(root, shard))
    for (const owner of names) {
      if (after !== null && shard === from && owner <= after) continue
      if (owners.length === atMost) return { owners, next: owners.at(-1)?.owner ?? null }
      const changedAt = await changeOf(join(root, shard, owner))
      if (changedAt !== null) owners.push({ owner, changedAt })
    }
  }
  return { owners, next: null }
}

/** The files of a folder by name; none where the folder is gone. */
export async function filesIn(folder: string): Promise<{ name: string; bytes: number }[]> {
  const files = []
  for (const name of await namesIn(folder)) {
    const found = await orNull(stat(join(folder, name)))
    if (found?.isFile()) files.push({ name, bytes: found.size })
  }
  return files
}

/** Removes the files of a folder that were last written before `before` (epoch ms). @returns how many. */
export async function removeOlderFiles(folder: string, before: number): Promise<number> {
  let removed = 0
  const entries = await orNull(opendir(folder))
  for await (const { name } of entries ?? []) {
    const path = join(folder, name)
    const found = await orNull(stat(path))
    if (!found?.isFile() || found.mtimeMs >= before) continue
    await rm(path, { force: true })
    removed += 1
  }
  return removed
}

const namesIn = async (folder: string): Promise<string[]> => ((await orNull(readdir(folder))) ?? []).toSorted()

async function changeOf(folder: string): Promise<number | null> {
  const found = await orNull(stat(folder))
  return found?.isDirectory() ? found.mtimeMs : null
}

/** Others write and remove meanwhile: what is gone by now is not there. */
async function orNull<T>(work: Promise<T>): Promise<T | null> {
  return work.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
}
