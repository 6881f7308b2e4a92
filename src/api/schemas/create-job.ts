import { z } from 'zod'
import { FINAL_EVENT_TYPES, JOB_EVENT_TYPES } from '../../shared/jobs/events.ts'

/** How many clips one job may have. */
export const MAX_INPUTS = 100

const url = z.string().max(2_048).describe('http:// or https://')
const time = z.iso.datetime({ offset: true }).describe('RFC 3339')

const InputRef = z
  .strictObject({
    url: url.optional().describe('Fetched when the job runs; http:// or https://'),
    upload_id: z.string().max(64).optional().describe('An upload that is complete'),
  })
  .refine((input) => (input.url === undefined) !== (input.upload_id === undefined), {
    error: 'Expected either url or upload_id, got both or none',
    params: { code: 'one_of' },
  })
  .meta({ oneOf: [{ required: ['url'] }, { required: ['upload_id'] }] })

const Output = z.strictObject({
  format: z.literal('mp4').default('mp4'),
  quality: z.enum(['low', 'medium', 'high']).default('high'),
})

const Expectations = z
  .strictObject({
    min_changes: z.int().min(0),
    max_duration_ms: z.int().min(1),
    aspect: z.string().regex(/^[1-9]\d{0,3}:[1-9]\d{0,3}$/, 'Expected a ratio such as 9:16'),
    tracks: z.partialRecord(z.enum(['video', 'audio', 'text', 'other']), z.int().min(0)),
  })
  .exactPartial()

const Metadata = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, {
    error: 'Expected at most 16 members',
    params: { code: 'too_big' },
  })

const Webhook = z.strictObject({
  url,
  events: z
    .array(z.enum(JOB_EVENT_TYPES))
    .min(1)
    .max(JOB_EVENT_TYPES.length)
    .default([...FINAL_EVENT_TYPES]),
})

/** What `POST /v1/jobs` takes. */
export const CreateJob = z
  .strictObject({
    inputs: z.array(InputRef).max(MAX_INPUTS).default([]),
    instruction: z
      .string()
      .trim()
      .min(1)
      .max(10_000)
      .nullish()
      .describe('What to do, in any language. Without one, the clips are only uploaded'),
    language: z
      .string()
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$/, 'Expected a language tag such as en or pt-BR')
      .nullish()
      .describe('BCP 47: the language of what the upstream says'),
    output: Output.prefault({}),
    session_id: z.string().max(64).nullish().describe("Goes on with that session's timeline"),
    external_id: z.string().min(1).max(128).nullish().describe('Your own id; jobs can be listed by it'),
    metadata: Metadata.default({}).describe('Up to 16 texts of yours; names to 64 characters, values to 512'),
    priority: z.enum(['low', 'normal', 'high']).default('normal'),
    expect: Expectations.nullish().describe(
      'What the edited timeline must be like, or the job fails with `expectation_failed`',
    ),
    max_credits: z.int().min(0).nullish().describe('The job fails with `budget_exceeded` before it costs more'),
    run_at: time.nullish().describe('Not before this time; RFC 3339'),
    start_by: time.nullish().describe('Expires if it has not begun by then; RFC 3339'),
    finish_by: time.nullish().describe('Expires if it has not ended by then; RFC 3339'),
    webhook: Webhook.nullish().describe("Called with the job's events, signed with the tenant's secret"),
  })
  .meta({
    id: 'CreateJob',
    examples: [
      {
        inputs: [{ url: 'https://example.com/clip.mp4' }],
        instruction: 'trim silences, add transitions',
        output: { format: 'mp4', quality: 'high' },
        external_id: 'row-17',
        webhook: { url: 'https://example.com/hooks/clipyard' },
      },
    ],
  })
export type CreateJob = z.output<typeof CreateJob>

/** Members that are JSON text in a form. */
export const NESTED_MEMBERS = ['inputs', 'output', 'metadata', 'expect', 'webhook', 'max_credits'] as const

const isNested = (name: string) => NESTED_MEMBERS.some((nested) => nested === name)
const formField = (name: string) =>
  z
    .string()
    .optional()
    .describe(isNested(name) ? 'As JSON text' : 'As in the JSON')

/** The same as form fields. For the contract only: `CreateJob` checks the values. */
export const CreateJobForm = z
  .object({
    ...Object.fromEntries(Object.keys(CreateJob.shape).map((name) => [name, formField(name)])),
    webhook_url: z.string().optional().describe('Short for webhook: {"url": …}'),
    request: z.string().optional().describe('All members at once, as JSON'),
  })
  .meta({ id: 'CreateJobForm' })

/** A form with clips in it. */
export const CreateJobMultipart = CreateJobForm.extend({
  file: z
    .array(z.string().meta({ format: 'binary' }))
    .max(MAX_INPUTS)
    .optional()
    .describe('Clips, in the order in which they follow each other; repeat the part for several'),
}).meta({ id: 'CreateJobMultipart' })
