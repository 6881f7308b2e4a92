import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig, ROLES } from '../src/shared/config.ts'
import { SETTINGS } from '../src/shared/config/settings.ts'

const file = (path: string) => new URL(`../${path}`, import.meta.url)
const read = (path: string) => readFileSync(file(path), 'utf8')

interface Package {
  scripts: Record<string, string>
  bin: Record<string, string>
  engines: { node: string }
  devDependencies: Record<string, string>
}
interface Service {
  image: string
  command: string[]
  environment?: Record<string, string>
  ports?: string[]
  volumes?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test?: string[]; disable?: boolean }
}
interface Compose {
  services: Record<string, Service>
  volumes: Record<string, null>
}

const packageJson = JSON.parse(read('package.json')) as Package
const dockerfile = read('Dockerfile').replaceAll('\\\n', ' ').split('\n')
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose
const { redis, ...ours } = compose.services
const example = envFile(read('.env.example'))
const filledIn = {
  ...example,
  API_KEY: 'k'.repeat(48),
  WEBHOOK_SECRET: `whsec_${'A'.repeat(43)}=`,
  SECRETS_KEY: 's'.repeat(64),
}

/** The arguments of every instruction of this name in the Dockerfile. */
const instructions = (name: string) =>
  dockerfile.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1).trim())

function envFile(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => /^[A-Z]/.test(line))
  return Object.fromEntries(lines.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]))
}

/** What Compose makes of `${NAME}`, `${NAME:-default}` and `${NAME:?message}`; throws the message. */
function interpolate(text: string, env: Record<string, string>): string {
  return text.replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_all, name: string, kind: string | undefined, rest: string) => {
      if (env[name]) return env[name]
      if (kind === '?') throw new Error(rest)
      return rest ?? ''
    },
  )
}

const environmentOf = (service: Service, env: Record<string, string>) =>
  Object.fromEntries(Object.entries(service.environment ?? {}).map(([name, value]) => [name, interpolate(value, env)]))

const imageEnvironment = Object.fromEntries(
  instructions('ENV').flatMap((line) => line.split(/\s+/).map((pair) => pair.split('=') as [string, string])),
)

describe('package.json', () => {
  it('starts files that exist', () => {
    const files = [...Object.values(packageJson.scripts), ...Object.values(packageJson.bin)].flatMap(
      (script) => script.match(/(?<![\w./])(?:src|scripts|bin|bench)\/[\w./-]+\.(?:ts|mjs)/g) ?? [],
    )

    expect(files.length).toBeGreaterThan(3)
    expect(files.filter((path) => !existsSync(file(path)))).toEqual([])
  })

  it('asks for nothing newer than the Node.js with which the set-up must run', () => {
    expect(packageJson.engines.node).toBe('>=20')
  })
})

describe('Dockerfile', () => {
  it('runs on the Node.js that checkouts pin', () => {
    const [major] = (packageJson.devDependencies['node'] ?? '').split('.')

    expect(instructions('FROM')).toEqual([`node:${major}-trixie-slim`])
  })

  it('copies and starts what exists and is not left out', () => {
    const leftOut = read('.dockerignore').split('\n').filter(Boolean)
    const sources = instructions('COPY').flatMap((line) => line.split(/\s+/).slice(0, -1))
    const [entry] = instructions('ENTRYPOINT').map((line) => JSON.parse(line) as string[])
    const needed = [...sources, entry?.[1] ?? '', 'src', 'bin', 'examples']

    expect(entry?.[0]).toBe('node')
    expect(needed.filter((path) => !existsSync(file(path)))).toEqual([])
    expect(needed.filter((path) => leftOut.includes(path.split('/')[0] ?? ''))).toEqual([])
  })

  it('lets no secret and no data of a checkout into the image', () => {
    expect(read('.dockerignore').split('\n')).toEqual(expect.arrayContaining(['.env', '.env.*', '.clipyard', '.git']))
  })

  it('brings the programs that a checkout sets up', () => {
    const [install] = instructions('RUN')

    expect(install).toMatch(/apt-get install .*ffmpeg fonts-dejavu-core redis-server/)
  })

  it('sets settings that exist, to values that are accepted by every role', () => {
    const { NODE_ENV, ...settings } = imageEnvironment

    expect(NODE_ENV).toBe('production')
    expect(Object.keys(settings).filter((name) => !(name in SETTINGS))).toEqual([])
    expect(instructions('EXPOSE')).toEqual([settings['PORT']])
    expect(instructions('VOLUME')).toEqual([settings['DATA_DIR']])
    expect(loadConfig(settings).http.host).toBe('0.0.0.0')
  })

  it('names a role by default, and does not run as root', () => {
    expect(ROLES).toContain((JSON.parse(instructions('CMD')[0] ?? '[]') as string[])[0])
    expect(instructions('USER')).toEqual(['node'])
  })
})

describe('docker-compose.yml', () => {
  it('has a service for each role of a fleet', () => {
    expect(Object.keys(ours).sort()).toEqual(ROLES.filter((role) => role !== 'all').sort())
    for (const [name, service] of Object.entries(ours)) expect(service.command).toEqual([name])
  })

  it.each(Object.keys(ours))('gives the role %s settings that exist and are accepted', (name) => {
    const service = ours[name] as Service
    const role = ROLES.find((known) => known === name)
    const given = environmentOf(service, filledIn)

    expect(Object.keys(given).filter((setting) => !(setting in SETTINGS))).toEqual([])
    expect(() => loadConfig({ ...imageEnvironment, ...given }, role)).not.toThrow()
  })

  it('says what to set where a secret is not filled in', () => {
    for (const name of ['API_KEY', 'WEBHOOK_SECRET', 'SECRETS_KEY']) {
      expect(() => environmentOf(ours['api'] as Service, { ...filledIn, [name]: '' })).toThrow(`set ${name} in .env`)
    }
  })

  it('shares its settings between the API and its workers', () => {
    expect(environmentOf(ours['worker'] as Service, filledIn)).toEqual(environmentOf(ours['api'] as Service, filledIn))
  })

  it('reaches services by their names and ports', () => {
    const { REDIS_URL, ENGINE_URL } = environmentOf(ours['worker'] as Service, filledIn)

    expect(REDIS_URL).toBe('redis://redis:6379')
    expect(ENGINE_URL).toBe(`http://engine:${ours['engine']?.environment?.['ENGINE_PORT']}`)
    expect(ours['engine']?.healthcheck?.test?.at(-1)).toContain(`:${ours['engine']?.environment?.['ENGINE_PORT']}/`)
    expect(ours['api']?.ports?.[0]?.split(':').at(-1)).toBe(imageEnvironment['PORT'])
  })

  it('mounts volumes that exist, the storage where the setting says', () => {
    const mounts = Object.values(compose.services).flatMap(({ volumes = [] }) =>
      volumes.map((mount) => mount.split(':')),
    )

    expect(mounts.filter(([volume = '']) => !(volume in compose.volumes))).toEqual([])
    for (const name of ['api', 'worker']) {
      expect(ours[name]?.volumes).toEqual([
        `storage:${new URL(ours[name]?.environment?.['STORAGE_URL'] ?? '').pathname}`,
      ])
    }
    expect(ours['engine']?.volumes).toEqual([`engine:${imageEnvironment['DATA_DIR']}`])
  })

  it('waits for services that can be asked whether they are well', () => {
    for (const { depends_on: needs = {} } of Object.values(ours)) {
      for (const [name, { condition }] of Object.entries(needs)) {
        expect(condition).toBe('service_healthy')
        expect(compose.services[name]?.healthcheck?.test).toBeDefined()
      }
    }
  })

  it('gives Redis what the service insists on', () => {
    const settings = redis?.command.join(' ')

    expect(settings).toContain('--maxmemory-policy noeviction')
    expect(settings).toContain('--appendonly yes --appendfsync always')
    expect(Number(/^redis:(\d+)/.exec(redis?.image ?? '')?.[1])).toBeGreaterThanOrEqual(7)
  })
})

describe('.env.example', () => {
  it('names every variable that the composition reads, and no other', () => {
    const named = [...read('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name)

    expect(Object.keys(example).sort()).toEqual([...new Set(named)].sort())
  })

  it('names settings only', () => {
    expect(Object.keys(example).filter((name) => !(name in SETTINGS))).toEqual([])
  })
})
