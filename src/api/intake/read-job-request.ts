import type { FastifyRequest } from 'fastify'
import type { JobInput } from '../../shared/jobs/job-input.ts'
import { parseRequest } from '../problems/parse-request.ts'
import { CreateJob } from '../schemas/create-job.ts'
import { formMembers } from './form-members.ts'
import { readMultipart } from './read-multipart.ts'
import type { Intake } from './receive-file.ts'

/** Reads a job's request in any of its forms: JSON, multipart with files, plain form fields. */
export async function readJobRequest(
  request: FastifyRequest,
  intake: Intake,
): Promise<{ body: CreateJob; files: JobInput[] }> {
  if (request.isMultipart()) {
    const { fields, files } = await readMultipart(request, intake)
    return { body: parseRequest(CreateJob, formMembers(fields)), files }
  }
  const { body } = request
  const members = body instanceof URLSearchParams ? formMembers(plainFields(body)) : body
  return { body: parseRequest(CreateJob, members), files: [] }
}

const plainFields = (form: URLSearchParams) => [...form].map(([name, value]) => ({ name, value, parsed: false }))
