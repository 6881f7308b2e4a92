import { expect, it } from 'vitest'
import { Secret } from '../../../src/shared/config/secret.ts'
import { LinkSigner } from '../../../src/shared/crypto/link-signer.ts'
import { decodeEvent } from '../../../src/shared/events/event-entry.ts'
import { toEnvelope } from '../../../src/shared/events/envelope.ts'
import { FileStorage } from '../../../src/shared/storage/file-storage.ts'
import { aJob, aRequest } from '../../support/a-job.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const clock = new ManualClock()
const deps = {
  clock,
  storage: new FileStorage('/nonexistent'),
  links: new LinkSigner(new Secret('k'.repeat(32))),
  publicUrl: () => 'https://clipyard.example',
}
const fieldsOf = (type: string, job: string, data: object) =>
  Object.entries({
    id: 'evt_01J00000000000000000000000',
    type,
    at: '2026-01-01T00:00:00.000Z',
    sequence: '7',
    tenant: 'ten_00000000000000000000000001',
    job,
    data: JSON.stringify(data),
  }).flat()

it('tells what an event knew, even when the job has moved on', async () => {
  const job = aJob({ status: 'succeeded', stage: null, progress: 1, request: aRequest({ metadata: { row: '17' } }) })
  const data = { status: 'running', stage: 'edit', progress: 0.4, message: 'Still working', elapsed_ms: 120_000 }

  const { data: shown, ...rest } = await toEnvelope(deps, decodeEvent(fieldsOf('job.progress', job.id, data)), job)

  expect(rest).toEqual({
    id: 'evt_01J00000000000000000000000',
    type: 'job.progress',
    timestamp: '2026-01-01T00:00:00.000Z',
    sequence: 7,
  })
  expect(shown.job).toEqual({ id: job.id, ...data, waiting: null, external_id: null, metadata: { row: '17' } })
})

it('makes the links of a final event anew each time it is shown', async () => {
  const output = { name: 'a.mp4', bytes: 1, content_type: 'video/mp4', sha256: 'a'.repeat(64) }
  const checkpoint = { output: { ...output, duration_ms: null, width: null, height: null } }
  const job = aJob({ status: 'succeeded', checkpoint })
  const event = decodeEvent(fieldsOf('job.succeeded', job.id, { status: 'succeeded' }))

  const first = await toEnvelope(deps, event, job)
  await clock.advance(3_600_000)
  const second = await toEnvelope(deps, event, job)

  expect(first.data.job).toMatchObject({
    object: 'job',
    output: { download_url_expires_at: '2026-01-02T00:00:00.000Z' },
  })
  expect(second.data.job).toMatchObject({ output: { download_url_expires_at: '2026-01-02T01:00:00.000Z' } })
})

it('refuses an entry of a type that it does not know', () => {
  expect(() => decodeEvent(fieldsOf('job.dreamed', aJob().id, {}))).toThrow('type')
})
