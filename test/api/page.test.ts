import { readdirSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { beforeAll, afterAll, expect, it } from 'vitest'
import { testApi, type TestApi } from './support/test-api.ts'

const FILES = readdirSync(new URL('../../web/', import.meta.url))
const SERVED = FILES.filter((name) => !name.endsWith('.json')).map((name) =>
  name === 'index.html' ? '/' : `/web/${name}`,
)
const MODULES = SERVED.filter((url) => url.endsWith('.js'))

let t: TestApi
beforeAll(async () => {
  t = await testApi()
})
afterAll(() => t[Symbol.asyncDispose]())

const bodyOf = async (app: FastifyInstance, url: string) => (await app.inject(url)).body

/** What the page and its modules ask for, as addresses of this server. */
const askedFor = (url: string, text: string): string[] => {
  const patterns = [/\s(?:src|href)="([^"]+)"/g, /\bfrom '([^']+)'/g, /\bimport\('([^']+)'\)/g, /url\(([^)]+)\)/g]
  const base = `http://page.test${url}`
  // Types are named in comments, which no browser asks for.
  const code = text.replaceAll(/\/\*[^]*?\*\//g, '')
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([, to = '']) => new URL(to, base).href))
}

it('opens the page to everyone, without a key', async () => {
  const page = await t.app.inject('/')

  expect(page.statusCode).toBe(200)
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(page.body).toContain('Drop clips here')
  expect(page.body).not.toContain('cy_the')
})

it.each([
  ['/web/main.js', 'text/javascript; charset=utf-8'],
  ['/web/style.css', 'text/css; charset=utf-8'],
  ['/web/icon.svg', 'image/svg+xml'],
])('sends %s as %s', async (url, type) => {
  const file = await t.app.inject(url)

  expect([file.statusCode, file.headers['content-type']]).toEqual([200, type])
  expect(file.headers['x-content-type-options']).toBe('nosniff')
})

it.each(SERVED)('lets %s run and call nothing but this server', async (url) => {
  const { headers } = await t.app.inject(url)
  const policy = String(headers['content-security-policy'])

  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("connect-src 'self'")
  expect(policy).toContain("require-trusted-types-for 'script'")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
  expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' })
})

it.each(SERVED)('answers 304 to who has %s already, and asks to be asked again', async (url) => {
  const { headers } = await t.app.inject(url)
  const again = await t.app.inject({ url, headers: { 'if-none-match': String(headers['etag']) } })
  const old = await t.app.inject({ url, headers: { 'if-none-match': '"another"' } })

  expect(headers['cache-control']).toBe('no-cache')
  expect([again.statusCode, again.body]).toEqual([304, ''])
  expect(old.statusCode).toBe(200)
})

it.each(SERVED)('asks in %s for what is there, on this server', async (url) => {
  for (const wanted of askedFor(url, await bodyOf(t.app, url))) {
    const { origin, pathname } = new URL(wanted)
    expect(origin, wanted).toBe('http://page.test')
    const { statusCode } = await t.app.inject(pathname)
    expect([200, 301], wanted).toContain(statusCode)
  }
})

it.each(SERVED)('names no other host in %s', async (url) => {
  const text = (await bodyOf(t.app, url)).replaceAll('http://www.w3.org/2000/svg', '')

  expect(text).not.toMatch(/\b(?:https?|wss?):\/\/|['"(]\/\//)
})

it('holds no script, style or handler in its markup, and makes no markup of texts', async () => {
  const page = await bodyOf(t.app, '/')

  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/)
  for (const url of MODULES) {
    expect(await bodyOf(t.app, url), url).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/,
    )
  }
})

it('loads all of its modules at once', async () => {
  const page = await bodyOf(t.app, '/')
  const loaded = [...page.matchAll(/(?:modulepreload" href|module" src)="([^"]+)"/g)].map(([, path]) => `/${path}`)

  expect(loaded.sort()).toEqual(MODULES.toSorted())
})

it('is small', async () => {
  const bodies = await Promise.all(SERVED.map((url) => bodyOf(t.app, url)))

  expect(Buffer.byteLength(bodies.join(''))).toBeLessThan(80_000)
})

it('serves nothing beside the files of the page', async () => {
  for (const url of ['/web/', '/web/tsconfig.json', '/web/..%2fpackage.json', '/web/nothing.js', '/index.html']) {
    expect((await t.app.inject(url)).statusCode, url).toBe(404)
  }
  const posted = await t.app.inject({ method: 'POST', url: '/' })
  expect([posted.statusCode, posted.headers['allow']]).toEqual([405, 'GET, HEAD'])
})
