import { describe, expect, it } from 'vitest'
import { clipNames, counted, duration, moment, percent, size } from '../../web/format.js'

it.each([
  [0, '0.0 s'],
  [40, '0.0 s'],
  [5_400, '5.4 s'],
  [9_949, '9.9 s'],
  [9_950, '10 s'],
  [59_499, '59 s'],
  [59_500, '1:00'],
  [65_000, '1:05'],
  [3_599_600, '1:00:00'],
  [3_661_000, '1:01:01'],
])('writes %i ms as %s', (ms, words) => {
  expect(duration(ms)).toBe(words)
})

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_000, '1.0 kB'],
  [9_949, '9.9 kB'],
  [9_951, '10 kB'],
  [170_638, '171 kB'],
  [999_600, '1.0 MB'],
  [1_440_000, '1.4 MB'],
  [524_288_000, '524 MB'],
  [2_500_000_000_000, '2500 GB'],
])('writes %i bytes as %s', (bytes, words) => {
  expect(size(bytes)).toBe(words)
})

it.each([
  [0, '0 %'],
  [0.555, '55 %'],
  [0.999, '99 %'],
  [1, '100 %'],
  [1.2, '100 %'],
  [-1, '0 %'],
])('writes the part %d as %s', (part, words) => {
  expect(percent(part)).toBe(words)
})

describe('a moment', () => {
  const reader = { now: Date.parse('2030-01-31T12:00:00Z'), locale: 'en-GB', timeZone: 'Europe/Berlin' }

  it('of today is a time of the reader’s clock', () => {
    expect(moment('2030-01-31T08:05:09.000Z', reader)).toBe('09:05')
    expect(moment('2030-01-31T08:05:09.000Z', { ...reader, seconds: true })).toBe('09:05:09')
  })

  it('of another day of theirs bears its date', () => {
    expect(moment('2030-01-30T22:30:00.000Z', reader)).toBe('30 Jan 2030, 23:30')
    expect(moment('2030-01-30T23:30:00.000Z', reader)).toBe('00:30')
  })
})

it.each([
  [[], 'No clip'],
  [['a.mp4'], 'a.mp4'],
  [['a.mp4', 'b.mp4', 'c.mp4'], 'a.mp4 and 2 more'],
])('names the clips %j', (names, words) => {
  expect(clipNames(names.map((name) => ({ name })))).toBe(words)
})

it('counts in words', () => {
  expect([counted(0, 'clip'), counted(1, 'clip'), counted(2, 'clip')]).toEqual(['0 clips', '1 clip', '2 clips'])
})
