import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Problem } from '../../../shared/errors/problems.ts'
import type { JobRecord } from '../../../shared/jobs/job.ts'
import { jobFile } from '../../../shared/jobs/report.ts'
import { isFinal } from '../../../shared/jobs/states.ts'
import type { ApiDeps } from '../../api-deps.ts'
import { readRange, type ByteRange } from '../../http/byte-range.ts'
import { isUnchanged, rangeApplies } from '../../http/conditional.ts'
import { attachment } from '../../http/content-disposition.ts'
import { answer, noBody, problemResponses } from '../../openapi/responses.ts'
import { JobParams, OutputQuery } from '../../schemas/jobs.ts'
import { findJob } from './get-job.ts'

const video = z.string().meta({ format: 'binary' })

const schema = {
  operationId: 'getJobOutput',
  tags: ['Jobs'],
  summary: "Download a job's video",
  description: 'Opens with a key, or without headers by the signed `download_url` of the job. Takes `Range`.',
  params: JobParams,
  querystring: OutputQuery,
  headers: z.looseObject({ range: z.string().optional().describe('`bytes=0-1023`, `bytes=1024-`, `bytes=-512`') }),
  response: {
    200: answer('The video', video, 'video/mp4'),
    206: answer('The bytes that `Range` asked for', video, 'video/mp4'),
    304: noBody('Nothing has changed'),
    416: noBody('`Range` asked for nothing of the file; `Content-Range` tells its size'),
    ...problemResponses('not_found', 'output_not_ready', 'output_expired'),
  },
}

/** `GET /v1/jobs/{id}/output` */
export const jobOutput: FastifyPluginAsyncZod<ApiDeps> = async (app, deps) => {
  const route = { exposeHeadRoute: false, config: { scope: 'jobs:read', signedLinks: true } } as const
  const answer = async (request: FastifyRequest<{ Params: JobParams }>, reply: FastifyReply) => {
    const tenant = request.caller?.kind === 'key' ? request.caller.tenant : null
    const job = await findJob(deps, request.params.id, tenant)
    return sendOutput(deps, reply, job)
  }
  app.get('/jobs/:id/output', { ...route, schema }, answer)
  app.head(
    '/jobs/:id/output',
    { ...route, schema: { params: JobParams, querystring: OutputQuery, hide: true } },
    answer,
  )
}

async function sendOutput({ storage, clock }: ApiDeps, reply: FastifyReply, job: JobRecord): Promise<FastifyReply> {
  const output = job.checkpoint.output ?? missing(job)
  const expired = job.expires_at !== null && Date.parse(job.expires_at) <= clock.now()
  const key = jobFile.output(job.id)
  const size = expired ? null : await storage.size(key)
  if (size === null) throw new Problem('output_expired', 'Expected a video that is still kept; this one was removed')

  const etag = `"${output.sha256}"`
  reply.header('etag', etag).header('accept-ranges', 'bytes').header('cache-control', 'private, max-age=3600')
  const { headers, method } = reply.request
  if (isUnchanged(headers['if-none-match'], etag)) return reply.code(304).send()
  const range = rangeApplies(headers['if-range'], etag) ? readRange(headers.range, size) : null
  if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${size}`).send()

  describeBody(reply, { size, range, type: output.content_type })
  reply.header('content-disposition', attachment(output.name))
  return method === 'HEAD' ? reply.send() : reply.send(await storage.read(key, range ?? undefined))
}

function describeBody(reply: FastifyReply, body: { size: number; range: ByteRange | null; type: string }): void {
  const { size, range, type } = body
  const length = range ? range.end - range.start + 1 : size
  if (range) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`)
  reply.header('content-length', length).header('content-type', type)
}

function missing(job: JobRecord): never {
  if (isFinal(job.status)) {
    throw new Problem('not_found', `Expected a job that ended with a video; this one is ${job.status} and has none`)
  }
  throw new Problem('output_not_ready', `Expected a job that has ended; this one is ${job.status}, ask again later`, {
    retryAfterSeconds: 5,
  })
}
