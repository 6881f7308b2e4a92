import { openAsBlob } from 'node:fs'
import { systemClock } from '../../src/shared/time/clock.ts'
import { FLEET_API_KEY } from '../support/faults/fleet-environment.ts'

const CLIENTS = 6
const POST_MS = 15_000
/** The longest that a client waits between posts, so that jobs still come while things die. */
const PAUSE_MS = 1_500

export interface Submitted {
  /** Ids of jobs that were answered with 202. */
  accepted: string[]
  /** Posts that got another answer, or none: whether their job exists is open. */
  unanswered: number
}

/** The mark of a post's job, found again in its message and in its drafts. */
export const markOf = (post: number) => `siege-${post}-mark`
/** The mark in a text, or null. */
export const markIn = (text: string) => /siege-\d+-mark/.exec(text)?.[0] ?? null

/**
 * Posts jobs until so many were accepted. A post that fails is not repeated: another takes its place, so each mark stands
 * for one job at most. Applied twice, its instruction cuts twice.
 */
export async function submitJobs(
  to: { apiUrls: readonly string[]; clip: string; webhookUrl: string },
  count: number,
  { random, signal }: { random: () => number; signal: AbortSignal },
): Promise<Submitted> {
  const submitted: Submitted = { accepted: [], unanswered: 0 }
  const file = await openAsBlob(to.clip)
  let posts = 0
  let open = count
  const client = async () => {
    while (open > 0 && !signal.aborted) {
      open -= 1
      const post = ++posts
      const id = await postJob(to.apiUrls[post % to.apiUrls.length] ?? '', formOf(post, file, to.webhookUrl))
      if (id === null) {
        open += 1
        submitted.unanswered += 1
      } else {
        submitted.accepted.push(id)
      }
      await systemClock.sleep(random() * PAUSE_MS)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return submitted
}

function formOf(post: number, file: Blob, webhookUrl: string): FormData {
  const form = new FormData()
  form.set('instruction', `remove the first 0.2 seconds, add the text '${markOf(post)}' at 0:00`)
  form.set('external_id', markOf(post))
  form.set('webhook_url', webhookUrl)
  form.set('file', file, 'clip.mp4')
  return form
}

async function postJob(apiUrl: string, body: FormData): Promise<string | null> {
  try {
    const init = { method: 'POST', headers: { authorization: `Bearer ${FLEET_API_KEY}` }, body }
    const answer = await fetch(`${apiUrl}/v1/jobs`, { ...init, signal: AbortSignal.timeout(POST_MS) })
    const { id } = (await answer.json()) as { id?: string }
    return answer.status === 202 && id !== undefined ? id : null
  } catch {
    return null
  }
}
