import type { EngineConfig } from '../shared/config.ts'
import type { Logger } from '../shared/observe/logger.ts'
import { systemClock, type Clock } from '../shared/time/clock.ts'
import { buildEngineApp } from './app.ts'
import { openParts } from './parts.ts'

/**
 * Starts the local engine: a server that speaks the upstream's protocol and edits with ffmpeg. All state lies in
 * `config.dataDir`; renders that an earlier process left unfinished are done again. `close` ends running programs.
 */
export async function startEngine(deps: {
  config: EngineConfig
  log: Logger
  clock?: Clock
}): Promise<{ url: string; close(): Promise<void> }> {
  const closing = new AbortController()
  const { config, log, clock = systemClock } = deps
  const parts = await openParts({ config, log, clock, signal: closing.signal })
  const app = await buildEngineApp(parts)
  const url = await app.listen({ host: config.host, port: config.port })
  parts.queue.resume()
  return {
    url,
    async close() {
      closing.abort(new Error('the engine is closing'))
      await Promise.all([parts.queue.close(), parts.sessions.idle()])
      await app.close()
    },
  }
}
