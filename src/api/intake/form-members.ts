import { Problem, type FieldError } from '../../shared/errors/problems.ts'
import { invalid } from '../problems/parse-request.ts'
import { pointerTo } from '../problems/field-errors.ts'
import { NESTED_MEMBERS } from '../schemas/create-job.ts'

/** A text field of a form; `parsed` where the part said that it is JSON and was read as such. */
export interface FormField {
  name: string
  value: unknown
  parsed: boolean
}

const JSON_MEMBERS = new Set<string>(NESTED_MEMBERS)

/**
 * Makes a job's request of form fields: a part `request` with everything, members by name, and `webhook_url`. An empty
 * field is one that was left out, as forms send every field.
 */
export function formMembers(fields: readonly FormField[]): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  const faults: FieldError[] = []
  for (const field of fields) {
    if (field.value === '') continue
    for (const [name, value] of Object.entries(readField(field, faults))) {
      if (Object.hasOwn(members, name)) faults.push(fault(name, 'given_twice', 'Expected it once, got it twice'))
      else members[name] = value
    }
  }
  if (faults.length > 0) throw invalid(faults)
  return members
}

function readField({ name, value, parsed }: FormField, faults: FieldError[]): Record<string, unknown> {
  if (name === 'request') return requestMembers(parsed ? value : fromJson(String(value)))
  if (name === 'webhook_url') return { webhook: { url: value } }
  if (name === 'file') {
    faults.push(fault('file', 'no_file', 'Expected a file, got a text field; with curl: -F file=@clip.mp4'))
    return {}
  }
  if (parsed || !JSON_MEMBERS.has(name)) return { [name]: value }
  try {
    return { [name]: JSON.parse(String(value)) }
  } catch {
    faults.push(fault(name, 'invalid_json', 'Expected JSON text, got something else; quote names and texts with "'))
    return {}
  }
}

const fault = (name: string, code: string, detail: string): FieldError => ({ pointer: pointerTo([name]), code, detail })

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem('malformed_json', 'Expected the part "request" to be valid JSON, got something else')
  }
}

function requestMembers(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw invalid([{ pointer: '#', code: 'invalid_type', detail: 'Expected the part "request" to be an object' }])
}
