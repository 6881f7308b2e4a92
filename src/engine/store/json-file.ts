import { randomBytes } from 'node:crypto'
import { open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'

/** Writes a file whole or not at all: a crash in between leaves the old one. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(JSON.stringify(value))
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

/** Reads every record of a folder. What a crash left half-written is removed. */
export async function readFolder<T extends z.ZodType>(folder: string, schema: T): Promise<z.infer<T>[]> {
  const names = await readdir(folder)
  await Promise.all(names.filter((name) => name.endsWith('.tmp')).map((name) => rm(join(folder, name))))
  const records = names.filter((name) => name.endsWith('.json'))
  return Promise.all(records.map(async (name) => schema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))))
}
