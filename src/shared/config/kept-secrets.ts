import { randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { StartupError } from '../errors/startup-error.ts'
import { Secret } from './secret.ts'
import { writeDurably } from './write-durably.ts'

/** What the environment may give; `clientId` is NEMO_CLIENT_ID. */
export type GivenSecrets = Partial<Config['secrets']> & { clientId?: string | undefined }

/** The same with every gap filled. */
export interface KeptSecrets {
  apiKey: Secret
  webhookSecret: Secret
  secretsKey: Secret
  clientId: string
}

const FILE = 'secrets.json'

const kept = z.strictObject({
  api_key: z.string().min(16).optional(),
  webhook_secret: z.string().startsWith('whsec_').optional(),
  secrets_key: z.string().min(32).optional(),
  client_id: z.string().min(1).optional(),
})
type Kept = z.infer<typeof kept>

const MAKE: Record<keyof Kept, () => string> = {
  api_key: () => `cy_${randomBytes(32).toString('base64url')}`,
  webhook_secret: () => `whsec_${randomBytes(32).toString('base64')}`,
  secrets_key: () => randomBytes(32).toString('base64url'),
  client_id: () => randomUUID(),
}

/**
 * Fills the gaps of `given` with values that are made once and kept in `dataDir`. What is given wins and is not written
 * to the disk. Call it only as the owner of `dataDir`.
 * @throws StartupError if the file is there and can't be understood: making new secrets would lose what the old ones seal.
 */
export async function keepSecrets(dataDir: string, given: GivenSecrets): Promise<KeptSecrets> {
  const path = join(dataDir, FILE)
  const found = await read(path)
  const wanted: Kept = {
    api_key: given.apiKey?.reveal(),
    webhook_secret: given.webhookSecret?.reveal(),
    secrets_key: given.secretsKey?.reveal(),
    client_id: given.clientId,
  }
  const keep: Kept = { ...found }
  const pick = (name: keyof Kept) => wanted[name] ?? (keep[name] ??= MAKE[name]())
  const secrets = {
    apiKey: new Secret(pick('api_key')),
    webhookSecret: new Secret(pick('webhook_secret')),
    secretsKey: new Secret(pick('secrets_key')),
    clientId: pick('client_id'),
  }
  if (JSON.stringify(keep) !== JSON.stringify(found))
    await writeDurably(path, `${JSON.stringify(keep, undefined, 2)}\n`)
  return secrets
}

async function read(path: string): Promise<Kept> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw unreadable(path, error.message, error)
  })
  try {
    return kept.parse(JSON.parse(text))
  } catch (cause) {
    throw unreadable(path, 'something else', cause)
  }
}

const unreadable = (path: string, got: string, cause: unknown) =>
  new StartupError(
    [
      {
        subject: path,
        expected: 'the secrets that Clipyard wrote there',
        got,
        fix: 'bring the file back from a backup; if you remove it, new ones are made and sealed tokens are lost',
      },
    ],
    cause,
  )
