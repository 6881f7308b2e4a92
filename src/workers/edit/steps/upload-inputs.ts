import { jobFile } from '../../../shared/jobs/report.ts'
import { advance, defineStep } from '../step.ts'

/** Hands the clips over, in order. Repeating it is harmless. */
export const uploadInputs = defineStep({
  name: 'upload-inputs',
  stage: 'upload',
  needs: ['inputs', 'upstreamSession'],
  adds: ['inputsUploaded'],

  async run({ job, storage, upstream, sessions, signal }, { inputs, upstreamSession }) {
    for (const [index, input] of inputs.entries()) {
      const clip = {
        name: input.name,
        contentType: input.content_type ?? 'application/octet-stream',
        bytes: input.bytes ?? 0,
        open: () => storage.read(jobFile.input(job.id, index)),
      }
      await upstream.upload(upstreamSession, clip, { signal })
    }
    if (inputs.length > 0) await sessions.noteUse(job.session, job.id)
    return advance({ inputsUploaded: true })
  },
})
