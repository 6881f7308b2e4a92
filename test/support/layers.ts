import { globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** In the order in which a run takes them: no process but the test's, real Redis, whole processes and real video. */
export const LAYERS = ['unit', 'redis', 'e2e'] as const
export type Layer = (typeof LAYERS)[number]

const E2E_FOLDERS = ['test/e2e/', 'test/examples/']
const RELATIVE_IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+\.ts)'/g

/** Every test file of the project by its layer, so that nobody has to remember a list when adding one. */
export function testFilesByLayer(root: string): Record<Layer, string[]> {
  const byLayer: Record<Layer, string[]> = { unit: [], redis: [], e2e: [] }
  for (const file of globSync('test/**/*.test.ts', { cwd: root }).sort()) byLayer[layerOf(root, file)].push(file)
  // A project without files would take vitest's default pattern instead: it must match nothing.
  for (const layer of LAYERS) if (byLayer[layer].length === 0) byLayer[layer].push('test/none')
  return byLayer
}

function layerOf(root: string, file: string): Layer {
  if (file.endsWith('.e2e.test.ts') || E2E_FOLDERS.some((folder) => file.startsWith(folder))) return 'e2e'
  // Seconds of computing, too long for the fast gate.
  if (file.endsWith('.slow.test.ts')) return 'redis'
  return usesProcesses(root, file) ? 'redis' : 'unit'
}

/** A test that reaches Redis or starts programs, itself or through its support, is none for the fast gate. */
function usesProcesses(root: string, file: string): boolean {
  const seen = new Set<string>()
  const reaches = (path: string): boolean => {
    if (seen.has(path)) return false
    seen.add(path)
    const text = readFileSync(path, 'utf8')
    if (/inject\('redisUrl'\)|from 'node:child_process'|startEmbeddedRedis/.test(text)) return true
    const imports = [...text.matchAll(RELATIVE_IMPORT)].map(([, target = '']) => resolve(dirname(path), target))
    return imports.some((target) => target.startsWith(join(root, 'test')) && reaches(target))
  }
  return reaches(join(root, file))
}
