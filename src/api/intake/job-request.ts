import { Problem, type FieldError } from '../../shared/errors/problems.ts'
import { newSessionId, SessionId, type JobId, type TenantId } from '../../shared/jobs/ids.ts'
import type { NewJob } from '../../shared/jobs/accept-job.ts'
import type { JobInput } from '../../shared/jobs/job-input.ts'
import type { JobRequest } from '../../shared/jobs/job.ts'
import { AddressBlocked, InvalidAddress } from '../../shared/net/address-errors.ts'
import { fileNameOf } from '../../shared/net/file-name.ts'
import { routeInstruction } from '../../shared/upstream/route-instruction.ts'
import type { ApiDeps } from '../api-deps.ts'
import { invalid } from '../problems/parse-request.ts'
import { MAX_INPUTS, type CreateJob } from '../schemas/create-job.ts'

type Deps = Pick<ApiDeps, 'guard' | 'sessions'>

/** A job as it was asked for, and the clips that came with the call. */
export interface Asked {
  id: JobId
  tenant: TenantId
  body: CreateJob
  files: JobInput[]
}

/** Checks what a schema can not see, and makes the job to accept. @throws Problem with a pointer to every fault. */
export async function toNewJob(deps: Deps, { id, tenant, body, files }: Asked): Promise<NewJob> {
  const faults: FieldError[] = []
  // Files lie in storage by their place already, so they come first; a URL's clip is stored by its place later.
  const inputs = [...files, ...urlInputs(deps, body, faults)]
  checkUrl(deps, body.webhook?.url, '#/webhook/url', faults)
  const session = await givenSession(deps, { tenant, body }, faults)
  const action = routeInstruction(body.instruction ?? null, inputs.length > 0)
  if (body.inputs.length + files.length > MAX_INPUTS) faults.push(tooMany(body.inputs.length + files.length))
  if (faults.length === 0) faults.push(...senseless({ action, body, hasInputs: inputs.length > 0 }))
  if (faults.length > 0) throw refusal(faults)
  return { id, tenant, session: session ?? newSessionId(), action, request: toJobRequest(body), inputs }
}

const toJobRequest = (body: CreateJob): JobRequest => ({
  instruction: body.instruction ?? null,
  language: body.language ?? null,
  output: body.output,
  external_id: body.external_id ?? null,
  metadata: body.metadata,
  priority: body.priority,
  expect: body.expect ?? null,
  max_credits: body.max_credits ?? null,
  run_at: utc(body.run_at),
  start_by: utc(body.start_by),
  finish_by: utc(body.finish_by),
  webhook: body.webhook ? { url: body.webhook.url, events: [...new Set(body.webhook.events)] } : null,
})

const utc = (time: string | null | undefined) => (time ? new Date(time).toISOString() : null)

function urlInputs(deps: Deps, { inputs }: CreateJob, faults: FieldError[]): JobInput[] {
  return inputs.flatMap((input, index) => {
    const pointer = `#/inputs/${index}`
    if (input.url === undefined) {
      faults.push({
        pointer: `${pointer}/upload_id`,
        code: 'unknown_upload',
        detail: 'Expected an upload of yours, got an id that is none',
      })
      return []
    }
    const url = checkUrl(deps, input.url, `${pointer}/url`, faults)
    if (!url) return []
    const name = fileNameOf(undefined, url) ?? `clip-${index + 1}`
    return [{ kind: 'url' as const, name, url: url.href, bytes: null, content_type: null, sha256: null }]
  })
}

function checkUrl({ guard }: Deps, text: string | undefined, pointer: string, faults: FieldError[]): URL | undefined {
  if (text === undefined) return undefined
  try {
    return guard.checkUrl(text)
  } catch (error) {
    if (error instanceof AddressBlocked) faults.push({ pointer, code: 'address_blocked', detail: error.message })
    else if (error instanceof InvalidAddress) faults.push({ pointer, code: 'invalid_url', detail: error.message })
    else throw error
    return undefined
  }
}

async function givenSession(
  { sessions }: Deps,
  { tenant, body }: Pick<Asked, 'tenant' | 'body'>,
  faults: FieldError[],
): Promise<SessionId | null> {
  if (!body.session_id) return null
  const id = SessionId.safeParse(body.session_id)
  const session = id.success ? await sessions.find(id.data) : null
  if (session?.tenant === tenant) return session.id
  faults.push({
    pointer: '#/session_id',
    code: 'unknown_session',
    detail: 'Expected a session of yours, got an id that is none',
  })
  return null
}

const tooMany = (count: number): FieldError => ({
  pointer: '#/inputs',
  code: 'too_big',
  detail: `Expected at most ${MAX_INPUTS} clips, got ${count}`,
})

/** A job that could only fail, since it has nothing to work on. */
function senseless(job: { action: NewJob['action']; body: CreateJob; hasInputs: boolean }): FieldError[] {
  const { action, body, hasInputs } = job
  if (hasInputs) return []
  if (action === 'upload') {
    const pointer = body.instruction ? '#/inputs' : '#/instruction'
    const detail = body.session_id
      ? 'Expected an instruction or clips, got a session alone: say what to do with it'
      : 'Expected an instruction, clips or both; got neither'
    return [{ pointer, code: 'required', detail }]
  }
  if ((action === 'export' || action === 'status') && !body.session_id) {
    const detail = `Expected inputs or a session_id with this instruction, got neither: there is no timeline to ${action === 'export' ? 'export' : 'show'}`
    return [{ pointer: '#/inputs', code: 'required', detail }]
  }
  return []
}

/** Blocked addresses have a code of their own, unless the request has other faults too. */
function refusal(faults: FieldError[]): Problem {
  const [first] = faults
  if (!first || faults.some(({ code }) => code !== 'address_blocked')) return invalid(faults)
  return new Problem('address_blocked', `${first.pointer}: ${first.detail}`, { errors: faults })
}
