import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { keepSecrets } from '../../../src/shared/config/kept-secrets.ts'
import { Secret } from '../../../src/shared/config/secret.ts'
import { loadConfig } from '../../../src/shared/config.ts'
import { tempDir } from '../../support/temp-dir.ts'

const revealed = async (path: string, given = {}) => {
  const { apiKey, webhookSecret, secretsKey, clientId } = await keepSecrets(path, given)
  return {
    API_KEY: apiKey.reveal(),
    WEBHOOK_SECRET: webhookSecret.reveal(),
    SECRETS_KEY: secretsKey.reveal(),
    NEMO_CLIENT_ID: clientId,
  }
}

it('makes secrets once and keeps them', async () => {
  await using temp = await tempDir()
  const first = await revealed(temp.path)

  expect(first.API_KEY).toMatch(/^cy_[\w-]{43}$/)
  expect(Buffer.from(first.WEBHOOK_SECRET.slice('whsec_'.length), 'base64')).toHaveLength(32)
  expect(first.NEMO_CLIENT_ID).toMatch(/^[\da-f-]{36}$/)
  expect(await revealed(temp.path)).toEqual(first)
})

it('makes what the settings accept', async () => {
  await using temp = await tempDir()

  expect(() => loadConfig({})).not.toThrow()
  expect(loadConfig(await revealed(temp.path)).nemo.clientId).toBeDefined()
})

it('makes others for another installation', async () => {
  await using one = await tempDir()
  await using other = await tempDir()
  const [a, b] = [await revealed(one.path), await revealed(other.path)]

  expect(Object.values(a).filter((value) => Object.values(b).includes(value))).toEqual([])
})

it('lets a given value win without writing it down', async () => {
  await using temp = await tempDir()
  const first = await revealed(temp.path)
  const given = { apiKey: new Secret('a-key-of-my-own-123'), clientId: 'my-client' }

  expect(await revealed(temp.path, given)).toEqual({
    ...first,
    API_KEY: 'a-key-of-my-own-123',
    NEMO_CLIENT_ID: 'my-client',
  })
  expect(await readFile(join(temp.path, 'secrets.json'), 'utf8')).not.toMatch(/my-own|my-client/)
  expect(await revealed(temp.path)).toEqual(first)
})

it('touches no disk when all is given', async () => {
  await using temp = await tempDir()
  const given = {
    apiKey: new Secret('a-key-of-my-own-123'),
    webhookSecret: new Secret('whsec_x'),
    secretsKey: new Secret('s'.repeat(32)),
    clientId: 'my-client',
  }
  await keepSecrets(temp.path, given)

  expect(await readdir(temp.path)).toEqual([])
})

it('writes one file, for its owner alone', async () => {
  await using temp = await tempDir()
  await keepSecrets(temp.path, {})

  expect(await readdir(temp.path)).toEqual(['secrets.json'])
  expect((await stat(join(temp.path, 'secrets.json'))).mode & 0o777).toBe(0o600)
})
