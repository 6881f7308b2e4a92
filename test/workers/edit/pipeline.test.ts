import { describe, expect, it } from 'vitest'
import { PIPELINES } from '../../../src/workers/edit/pipeline.ts'

describe.each(Object.entries(PIPELINES))('the pipeline of %s', (_action, steps) => {
  it('gives every step what it needs, from a step before it', () => {
    const earned = new Set<string>()
    for (const step of steps) {
      expect([...earned], step.name).toEqual(expect.arrayContaining([...step.needs]))
      for (const key of step.adds) {
        expect(earned.has(key), `${step.name} adds ${key} again`).toBe(false)
        earned.add(key)
      }
    }
  })
})
