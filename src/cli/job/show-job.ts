import type { Config } from '../../shared/config.ts'
import type { JobId } from '../../shared/jobs/ids.ts'
import type { Logger } from '../../shared/observe/logger.ts'
import type { Clock } from '../../shared/time/clock.ts'
import { reachStore } from '../reach-store.ts'
import type { Paint } from '../terminal/paint.ts'
import { readStory } from './read-story.ts'
import { tellStory } from './tell-story.ts'

/** What the commands about a job are made from. */
export interface JobCommandDeps {
  config: Config
  clock: Clock
  log: Logger
  paint: Paint
  /** Writes a line, or several. */
  write: (text: string) => void
  /** Aborts when the operator has seen enough. */
  signal: AbortSignal
}

/** Tells a job's story. @returns the exit code. */
export async function showJob(deps: JobCommandDeps, id: JobId): Promise<number> {
  await using opened = new AsyncDisposableStack()
  const store = await reachStore(deps, opened)
  const story = await readStory(store, id)
  deps.write(story ? tellStory(story, { paint: deps.paint, now: deps.clock.now() }) : nowhere(id))
  return story ? 0 : 1
}

/** What is said of an id that nobody knows. */
export const nowhere = (id: JobId): string =>
  `There is no ${id} here: it has expired or was deleted, or it belongs to another DATA_DIR or REDIS_URL.`
