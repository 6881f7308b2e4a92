import { expect, it } from 'vitest'
import { createTurnstile } from '../../web/turnstile.js'

it('lets so many in at once, the others in their order', async () => {
  const turnstile = createTurnstile(2)
  const begun: number[] = []
  const works = [0, 1, 2, 3].map(() => Promise.withResolvers<number>())
  const passes = works.map(({ promise }, index) =>
    turnstile.pass(() => {
      begun.push(index)
      return promise
    }),
  )
  expect(begun).toEqual([0, 1])

  works[1]?.resolve(10)
  expect(await passes[1]).toBe(10)
  expect(begun).toEqual([0, 1, 2])

  for (const { resolve } of works) resolve(0)
  await Promise.all(passes)
  expect(begun).toEqual([0, 1, 2, 3])
})

it('lets the next one in after a failure', async () => {
  const turnstile = createTurnstile(1)
  const failed = turnstile.pass(() => Promise.reject(new Error('broken')))
  const next = turnstile.pass(async () => 'in')

  await expect(failed).rejects.toThrow('broken')
  expect(await next).toBe('in')
  expect(await turnstile.pass(async () => 'free again')).toBe('free again')
})
