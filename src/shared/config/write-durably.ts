import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Replaces a small private file (0600) as a whole: after a crash it holds the old text or the new, never half of one. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const draft = `${path}.new`
  {
    await using file = await open(draft, 'w', 0o600)
    await file.writeFile(text)
    await file.sync()
  }
  await rename(draft, path)
  // The new name is kept only once its folder is on the disk too.
  await using folder = await open(dirname(path), 'r')
  await folder.sync()
}
