import type { EngineConfig } from '../shared/config.ts'
import type { Logger } from '../shared/observe/logger.ts'
import type { Clock } from '../shared/time/clock.ts'
import { checkPrograms } from './programs/check-programs.ts'
import { RenderQueue } from './render/render-queue.ts'
import { Accounts } from './store/accounts.ts'
import { Clips } from './store/clips.ts'
import { openFolders, type Folders } from './store/folders.ts'
import { RenderRecords } from './store/render-records.ts'
import { Sessions } from './store/sessions.ts'

/** What the engine's routes work with. `signal` aborts when the engine closes. */
export interface EngineParts {
  config: EngineConfig
  log: Logger
  clock: Clock
  signal: AbortSignal
  folders: Folders
  accounts: Accounts
  sessions: Sessions
  clips: Clips
  renders: RenderRecords
  queue: RenderQueue
}

/** Opens the engine's folder and takes up what it holds. */
export async function openParts(deps: {
  config: EngineConfig
  log: Logger
  clock: Clock
  signal: AbortSignal
}): Promise<EngineParts> {
  const { config, log, clock, signal } = deps
  await checkPrograms()
  const folders = await openFolders(config.dataDir)
  const [accounts, sessions, clips, renders] = await Promise.all([
    Accounts.open({ folder: folders.accounts, clock, credits: config.credits, refillMs: config.creditsRefillMs }),
    Sessions.open(folders.sessions),
    Clips.open({ folders, maxBytes: config.maxUploadBytes, signal }),
    RenderRecords.open(folders.renders),
  ])
  const queue = new RenderQueue({ records: renders, clips, folders, log, atOnce: config.renders })
  return { ...deps, folders, accounts, sessions, clips, renders, queue }
}
