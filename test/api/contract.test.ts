import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { writtenContract } from '../../src/api/openapi/written-contract.ts'
import { JOB_ERRORS } from '../../src/shared/errors/job-errors.ts'
import { PROBLEMS } from '../../src/shared/errors/problems.ts'
import { JOB_EVENT_TYPES } from '../../src/shared/jobs/events.ts'
import { testApi } from './support/test-api.ts'

const fileOf = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const contract = () => parse(fileOf('openapi.yaml'))

/** What is for readers and browsers, and in no contract. */
const PAGES = /^(HEAD |OPTIONS |GET \/(docs|web\/|$))/

it('is written in openapi.yaml as the routes have it (`node src/cli/write-openapi.ts` writes it)', async () => {
  expect(fileOf('openapi.yaml')).toBe(await writtenContract())
})

it('is served as it is written', async () => {
  await using t = await testApi()

  expect((await t.app.inject('/openapi.yaml')).body).toBe(fileOf('openapi.yaml'))
  expect((await t.app.inject('/openapi.json')).json()).toEqual(contract())
})

it('has every route, and no other', async () => {
  await using t = await testApi()
  const routes = t.app.knownRoutes.list().filter((route) => !PAGES.test(route))
  const paths = Object.entries<object>(contract().paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )

  expect(routes.map((route) => route.replace(/:(\w+)/g, '{$1}')).sort()).toEqual(paths.sort())
})

it('leads to no schema that is not there, and has none that nothing leads to', () => {
  const text = fileOf('openapi.yaml')
  const refs = text.matchAll(/#\/components\/schemas\/(\w+)/g).map(([, name]) => name)

  expect(new Set(refs)).toEqual(new Set(Object.keys(contract().components.schemas)))
})

it('names every code of a problem, with the status it has', () => {
  const { components, paths } = contract()
  expect(components.schemas.Problem.properties.code.enum).toEqual(Object.keys(PROBLEMS))

  for (const operations of Object.values<object>(paths)) {
    for (const { responses } of Object.values(operations)) {
      for (const [status, { content }] of Object.entries<{ content?: Record<string, { schema: Told }> }>(responses)) {
        const codes = content?.['application/problem+json']?.schema.allOf[1].properties.code.enum ?? []
        for (const code of codes) expect(PROBLEMS[code].status).toBe(Number(status))
      }
    }
  }
})

interface Told {
  allOf: [unknown, { properties: { code: { enum: (keyof typeof PROBLEMS)[] } } }]
}

it('names every code of a failed job', () => {
  const { error } = contract().components.schemas.Job.properties

  expect(error.anyOf[0].properties.code.enum).toEqual(Object.keys(JOB_ERRORS))
})

it('tells of every event as a webhook', () => {
  expect(Object.keys(contract().webhooks)).toEqual([...JOB_EVENT_TYPES])
})

it('is explained code by code in docs/errors.md', () => {
  const rows = [...fileOf('docs/errors.md').matchAll(/^\| `(\w+)` \| (\w+) \| (.+) \| (.+) \|$/gm)]
  const told = rows.map(([, code, second]) => `${code} ${second}`)

  expect(told).toEqual([
    ...Object.entries(PROBLEMS).map(([code, { status }]) => `${code} ${status}`),
    ...Object.entries(JOB_ERRORS).map(([code, { retryable }]) => `${code} ${retryable ? 'yes' : 'no'}`),
  ])
})
