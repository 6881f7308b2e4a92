import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { LAYERS, testFilesByLayer } from './test/support/layers.ts'

const filesOf = testFilesByLayer(import.meta.dirname)

/** Each layer is a project: `--project unit` runs it alone, and all together run in this order, fast ones first. */
const projects = LAYERS.map((name, order): TestProjectConfiguration => ({
  extends: true,
  test: {
    name,
    include: filesOf[name],
    globalSetup: name === 'unit' ? [] : ['test/support/redis-server.ts'],
    sequence: { groupOrder: order },
    // Unit tests touch nothing that outlives them, and loading everything anew for each file took half of their time.
    isolate: name !== 'unit',
  },
}))

export default defineConfig({
  test: {
    projects,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Two cores, real ffmpeg: more files at once only make each slower.
    maxWorkers: 2,
  },
})
