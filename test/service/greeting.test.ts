import { expect, it } from 'vitest'
import { greeting } from '../../src/service/greeting.ts'
import { Secret } from '../../src/shared/config/secret.ts'

const url = 'http://127.0.0.1:8080'

it('gives a link that opens the page with its key, and the key alone', () => {
  const words = greeting({ url, apiKey: new Secret('cy_the-key-of-this-test') })

  expect(words).toContain(`Open      ${url}/#key=cy_the-key-of-this-test\n`)
  expect(words).toMatch(/API key {3}cy_the-key-of-this-test\n/)
  expect(words).toContain(`\ncurl ${url}/v1/jobs -H 'Authorization: Bearer cy_the-key-of-this-test'`)
})

it('writes a key of any characters so that the link carries it whole', () => {
  const key = 'a key?&=+#%/of:any;kind'
  const [, link = ''] = /Open +(\S+)\n/.exec(greeting({ url, apiKey: new Secret(key) })) ?? []

  expect(decodeURIComponent(new URL(link).hash)).toBe(`#key=${key}`)
})

it('shows no page where none is served', () => {
  expect(greeting({ url, apiKey: null })).not.toContain('Open')
  expect(greeting({ url: null, apiKey: null })).not.toContain('Open')
})
