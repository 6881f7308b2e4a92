import type { ServerResponse } from 'node:http'
import { setupNemoWorkers, type NemoWorkersOptions } from '../../support/nemo-workers.ts'
import type { UpstreamRoute } from '../../support/upstream-routes.ts'
import { sendJson, type UpstreamWorld } from '../../support/upstream-world.ts'

export const CALLS = [
  'session',
  'upload',
  'credits',
  'state before',
  'message',
  'state after',
  'render',
  'poll',
] as const
export type Call = (typeof CALLS)[number]

/** An answer that tells a code: a body that is no object goes out as a web page. */
export interface Refusal {
  status: number
  body: unknown
  /** As the only event of a stream. */
  stream?: true
}

/** How a job ended, what it waited for, and how many requests of each kind and edits that took. */
export interface Outcome {
  status: string
  error: string | null
  waits: string[]
  messages: number
  edits: number
  sessions: number
  uploads: number
  renders: number
  renderIds: number
  tokens: number
}

/** A job that nothing came between. */
export const THROUGH: Outcome = {
  status: 'succeeded',
  error: null,
  waits: [],
  messages: 1,
  edits: 1,
  sessions: 1,
  uploads: 1,
  renders: 1,
  renderIds: 1,
  tokens: 0,
}

const STAGES: Record<Call, string> = {
  session: 'upload',
  upload: 'upload',
  credits: 'edit',
  'state before': 'edit',
  message: 'edit',
  'state after': 'verify',
  render: 'export',
  poll: 'render',
}

/** A job that went on after the refused call was made once more. */
export const oncemore = (call: Call, waits: string[]): Partial<Outcome> => {
  const counted = { session: 'sessions', upload: 'uploads', message: 'messages', render: 'renders' } as const
  return { waits, ...(call in counted && { [counted[call as keyof typeof counted]]: 2 }) }
}

/** A job that failed at that call, with what was done until then. */
export const failedAt = (call: Call, code: string): Partial<Outcome> => {
  const reached = (other: Call) => (CALLS.indexOf(call) >= CALLS.indexOf(other) ? 1 : 0)
  const [renders, edits] = [reached('render'), reached('state after')]
  return {
    status: 'failed',
    error: `${code} at ${STAGES[call]}`,
    uploads: reached('upload'),
    messages: reached('message'),
    edits,
    renders,
    renderIds: renders,
  }
}

/** A code in every envelope, with HTTP 200, with a status that fits, and where HTTP has it as the status alone. */
export function spellings(code: number): Refusal[] {
  const words = 'so it said'
  const bodies: unknown[] = [
    { code, message: words },
    { code: String(code), message: words, data: null },
    { success: false, code, error: words },
    { success: false, error: { code, message: words } },
    { detail: { code, message: words } },
    { error_code: code, error: words },
  ]
  const status = code < 600 ? code : 400
  const bare = ['', '<html>no</html>', { detail: words }, { success: false, error: words }]
  return [
    ...[200, status].flatMap((http) => bodies.map((body) => ({ status: http, body }))),
    ...(code < 600 ? bare.map((body) => ({ status, body })) : []),
  ]
}

/** The same as the only event of a stream. */
export const streamed = (code: number): Refusal[] =>
  spellings(code)
    .filter(({ status }) => status === 200)
    .map(({ body }) => ({ status: 200, body, stream: true }))

/** Runs a job whose `call` is refused once, or as often as told, to its end. */
export async function outcomeOf(
  call: Call,
  refusals: readonly Refusal[],
  expected: Partial<Outcome>,
  options: NemoWorkersOptions = {},
) {
  await using t = await setupNemoWorkers(options)
  const route: UpstreamRoute = call === 'state before' || call === 'state after' ? 'state' : call
  if (call === 'state after') t.upstream.once('state', (request, response) => t.upstream.asUsual(request, response))
  for (const refusal of refusals) {
    t.upstream.once(route, (_request, response) => answer(t.upstream.world, response, refusal))
  }
  const id = await t.submit()
  if (expected.waits?.includes('credits')) {
    await t.moves.reached('waiting', id)
    t.upstream.world.available += 1000
  }
  await t.moves.reached(expected.status === 'failed' ? 'failed' : 'succeeded', id)
  return { ...(await t.outcome(id)), job: await t.jobs.find(id) }
}

function answer(world: UpstreamWorld, response: ServerResponse, { status, body, stream }: Refusal): void {
  if (stream) return world.sendEvents(response, [body])
  if (typeof body === 'object') return sendJson(response, status, body)
  response.writeHead(status, { 'content-type': 'text/html' })
  response.end(body)
}
