import { keepSecrets, type GivenSecrets, type KeptSecrets } from './kept-secrets.ts'
import { ownDataDir, type OwnedDir } from './own-data-dir.ts'

/** DATA_DIR in the hands of this process, with the secrets that are kept in it. */
export interface DataDir extends OwnedDir {
  secrets: KeptSecrets
}

/**
 * Makes the folder at first start, becomes its one owner and reads or makes its secrets.
 * @throws StartupError if another process owns it, it can't be written, or its secrets can't be read.
 */
export async function openDataDir(path: string, given: GivenSecrets = {}): Promise<DataDir> {
  const owned = await ownDataDir(path)
  try {
    return { ...owned, secrets: await keepSecrets(owned.path, given) }
  } catch (error) {
    await owned.release()
    throw error
  }
}
