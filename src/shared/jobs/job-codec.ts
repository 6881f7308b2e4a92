import { JobRecord } from './job.ts'

const NUMBERS = ['epoch', 'attempt', 'progress', 'order'] as const
const JSON_FIELDS = ['request', 'inputs', 'checkpoint', 'stages', 'waiting', 'error'] as const
const NULLABLE_TEXTS = [
  'stage',
  'snoozed_at',
  'retry_of',
  'stop_asked',
  'started_at',
  'finished_at',
  'expires_at',
] as const

/** Reads a job's hash. "" stands for null. */
export function decodeJob(hash: Record<string, string>): JobRecord {
  const record: Record<string, unknown> = { ...hash }
  for (const name of NUMBERS) record[name] = Number(hash[name])
  for (const name of JSON_FIELDS) record[name] = hash[name] ? JSON.parse(hash[name]) : null
  for (const name of NULLABLE_TEXTS) record[name] = hash[name] || null
  return JobRecord.parse(record)
}

/** Writes some of a job's fields as its hash holds them. */
export function encodeJob(fields: Partial<JobRecord>): Record<string, string> {
  const encoded = Object.entries(fields).map(([name, value]) => [name, encodeValue(value)])
  return Object.fromEntries(encoded)
}

const encodeValue = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number)
}
