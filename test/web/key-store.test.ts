import { expect, it } from 'vitest'
import { createKeyStore, keyInFragment } from '../../web/key-store.js'

/** As much of a browser as keeps keys. */
function aBrowser(hash: string, kept?: string) {
  const items = new Map(kept === undefined ? [] : [['clipyard.key', kept]])
  const shown: unknown[] = []
  const storage = {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
  } as Storage
  const location = { hash, pathname: '/', search: '?a=1' } as Location
  const history = { replaceState: (_state: unknown, _title: string, url: unknown) => void shown.push(url) } as History
  return { keys: createKeyStore({ storage, location, history }), items, shown }
}

it('takes the key out of the address and keeps it', () => {
  const { keys, items, shown } = aBrowser('#key=cy_new', 'cy_old')

  expect(keys.read()).toBe('cy_new')
  expect([...items.values()]).toEqual(['cy_new'])
  expect(shown).toEqual(['/?a=1'])
})

it('goes on with the key that it keeps, and leaves the address alone', () => {
  const { keys, shown } = aBrowser('', 'cy_old')

  expect(keys.read()).toBe('cy_old')
  expect(shown).toEqual([])
})

it('has no key before one is given, and none after it is forgotten', () => {
  const { keys } = aBrowser('')

  expect(keys.read()).toBeNull()
  keys.keep('cy_typed')
  expect(keys.read()).toBe('cy_typed')
  keys.forget()
  expect(keys.read()).toBeNull()
})

it.each([
  ['#key=cy_abc-DEF_123', 'cy_abc-DEF_123'],
  ['#key=a+b%2Bc%25d', 'a+b+c%d'],
  ['#key=', null],
  ['#other=1', null],
  ['#', null],
  ['', null],
])('reads the fragment %j as the key %j', (hash, key) => {
  expect(keyInFragment(hash)).toBe(key)
})

it('carries a key of any characters through a link', () => {
  const key = '!"#$%&\'()*+,-./0:;<=>?@A[\\]^_`a{|}~'

  expect(keyInFragment(`#key=${encodeURIComponent(key)}`)).toBe(key)
})
