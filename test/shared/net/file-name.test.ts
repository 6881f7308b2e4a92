import { expect, it } from 'vitest'
import { fileNameOf } from '../../../src/shared/net/file-name.ts'

const URL_OF_CLIP = new URL('https://example.com/a/my%20clip.mp4?x=1')

it.each([
  ['attachment; filename=a.mp4', 'a.mp4'],
  ['attachment; filename="a b.mp4"', 'a b.mp4'],
  ['attachment; filename="a\\"b.mp4"', 'a"b.mp4'],
  [`attachment; filename="a.mp4"; filename*=UTF-8''%E2%82%AC.mp4`, '€.mp4'],
  ['attachment; filename="../../etc/passwd"', 'passwd'],
  ['attachment; filename="C:\\\\clips\\\\a.mp4"', 'a.mp4'],
  [`attachment; filename*=UTF-8''a%00%0Ab.mp4`, 'ab.mp4'],
  [`attachment; filename*=UTF-8''%2e%2e`, 'my clip.mp4'],
  ['inline', 'my clip.mp4'],
  [undefined, 'my clip.mp4'],
])('reads %j as %s', (disposition, name) => {
  expect(fileNameOf(disposition, URL_OF_CLIP)).toBe(name)
})

it('knows no name where neither header nor path has one', () => {
  expect(fileNameOf(undefined, new URL('https://example.com/'))).toBeNull()
})

it('keeps the end of a name that is too long, where its type stands', () => {
  expect(fileNameOf(`attachment; filename="${'a'.repeat(500)}.mp4"`, URL_OF_CLIP)).toMatch(/^a{196}\.mp4$/)
})
