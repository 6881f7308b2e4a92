import { expect, it } from 'vitest'
import { testRedis } from './test-redis.ts'

it('gives each test a namespace of its own on a real Redis', async () => {
  await using one = await testRedis()
  await using other = await testRedis()
  await one.redis.set(`${one.namespace}:a`, '1')

  expect(one.namespace).not.toBe(other.namespace)
  expect(await one.keys()).toEqual([`${one.namespace}:a`])
  expect(await other.keys()).toEqual([])
})

it('removes the keys of a test that ended', async () => {
  await using witness = await testRedis()
  let namespace = ''
  {
    await using ended = await testRedis()
    namespace = ended.namespace
    await ended.redis.set(`${namespace}:a`, '1')
  }

  expect(await witness.redis.exists(`${namespace}:a`)).toBe(0)
})

it('fails a test that promised to leave nothing and did not', async () => {
  const untidy = await testRedis({ leavesNothing: true })
  await untidy.redis.set(`${untidy.namespace}:forgotten`, '1')

  await expect(untidy[Symbol.asyncDispose]()).rejects.toThrow(`${untidy.namespace}:forgotten`)
})
