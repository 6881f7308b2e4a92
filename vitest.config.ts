import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Two cores, real ffmpeg: more files at once only make each slower.
    maxWorkers: 2,
  },
})
