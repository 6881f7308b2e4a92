import { JobError } from '../../../shared/errors/job-errors.ts'
import type { JobInput } from '../../../shared/jobs/job-input.ts'
import { jobFile } from '../../../shared/jobs/report.ts'
import { advance, defineStep, type StepContext } from '../step.ts'

/** Brings clips that came as URLs into storage, so that all later work reads our own copy. */
export const fetchInputs = defineStep({
  name: 'fetch-inputs',
  stage: 'fetch',
  needs: [],
  adds: ['inputs'],

  async run(ctx) {
    const inputs: JobInput[] = []
    for (const [index, input] of ctx.job.inputs.entries()) inputs.push(await fetchInput(ctx, input, index))
    return advance({ inputs })
  },
})

async function fetchInput({ job, clips, storage, signal }: StepContext, input: JobInput, index: number) {
  const key = jobFile.input(job.id, index)
  if (input.url !== null) return { ...input, ...(await clips.fetch(input.url, key, { signal })) }
  if ((await storage.size(key)) === input.bytes) return input
  throw new JobError(
    'storage_failed',
    `Expected the clip ${input.name} of ${input.bytes} bytes in storage; it is not there whole. Check STORAGE_URL.`,
  )
}
