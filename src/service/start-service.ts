import type { Config } from '../shared/config.ts'
import { ownDataDir } from '../shared/config/own-data-dir.ts'
import type { Secret } from '../shared/config/secret.ts'
import type { Logger } from '../shared/observe/logger.ts'
import type { Clock } from '../shared/time/clock.ts'
import { startEngine } from '../engine/start-engine.ts'
import { openParts } from './open-parts.ts'
import { serveApi } from './serve-api.ts'
import { startEditing } from './start-editing.ts'
import { startTelling } from './start-telling.ts'

export interface RunningService {
  /** Where the role answers; null for a worker, which nobody calls. */
  url: string | null
  /** The first tenant's key; null where no API is served. */
  apiKey: Secret | null
  /** Drains: no new work, running jobs are handed back, Redis last. */
  close(): Promise<void>
}

/** Starts a role's parts in order, and gives back one way to close them all. @throws StartupError */
export async function startService(deps: { config: Config; clock: Clock; log: Logger }): Promise<RunningService> {
  await using opened = new AsyncDisposableStack()
  const running = await startRole(deps, opened)
  const all = opened.move()
  return { ...running, close: () => all.disposeAsync() }
}

async function startRole(
  deps: { config: Config; clock: Clock; log: Logger },
  opened: AsyncDisposableStack,
): Promise<Omit<RunningService, 'close'>> {
  const { config, clock, log } = deps
  if (config.role === 'engine') {
    const owned = await ownDataDir(config.engine.dataDir)
    opened.defer(() => owned.release())
    const engine = await startEngine({ config: config.engine, log, clock })
    opened.defer(() => engine.close())
    return { url: engine.url, apiKey: null }
  }

  const parts = await openParts(deps, opened)
  if (config.role !== 'worker') await serveApi(parts, opened)
  if (config.role !== 'api') {
    await startEditing(parts, opened)
    await startTelling(parts, opened)
  }
  if (config.role === 'worker') return { url: null, apiKey: null }
  return { url: parts.address.url(), apiKey: parts.secrets.apiKey }
}
