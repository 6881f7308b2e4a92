import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { EngineRefusal } from '../engine-refusal.ts'
import type { EngineParts } from '../parts.ts'
import { failure, success } from '../protocol/envelopes.ts'
import { readBody } from '../protocol/read-body.ts'
import { Quality, type RenderRecord } from '../store/render-records.ts'
import { Draft } from '../timeline/draft.ts'

const PATH = '/api/render/proxy/lambda'
const ATTRIBUTION = ['x-skill-source', 'x-skill-version', 'x-skill-platform']
/** Told of a render that was just accepted, in percent. */
const FIRST_PROGRESS = 5

const Start = z.looseObject({
  id: z.string().min(1).max(200),
  sessionId: z.string(),
  draft: z.unknown(),
  output: z.looseObject({ format: z.literal('mp4').default('mp4'), quality: Quality.default('high') }).nullish(),
})

/** Renders: start, poll, cancel. The draft that is given is rendered, not the session's. */
export function renderRoutes(app: FastifyInstance, parts: EngineParts): void {
  const { renders, queue } = parts
  app.post(PATH, async (request) => {
    refuseUnattributed(request)
    return start(readBody(Start, request.body), request.userId, parts)
  })
  app.get<{ Params: { id: string } }>(`${PATH}/:id`, async (request, reply) => {
    const record = renders.get(request.params.id)
    if (record?.userId !== request.userId) return reply.code(404).send(failure('Render not found'))
    return told(record, queue.progress(record.id), `${request.protocol}://${request.host}`)
  })
  app.post<{ Params: { id: string } }>(`${PATH}/:id/cancel`, async (request, reply) => {
    const record = renders.get(request.params.id)
    if (record?.userId !== request.userId) return reply.code(404).send(failure('Render not found'))
    await queue.cancel(record)
    return success({ id: record.id, status: renders.get(record.id)?.status })
  })
}

async function start(asked: z.infer<typeof Start>, userId: string, { renders, sessions, queue, clock }: EngineParts) {
  if (renders.get(asked.id)) return failure(`Render ${asked.id} already exists`)
  sessions.get(asked.sessionId, userId)
  const draft = Draft.safeParse(asked.draft)
  if (!draft.success || !draft.data.t.some(({ sg }) => sg.length > 0)) return failure('The draft has nothing to export')
  const quality = asked.output?.quality ?? 'high'
  const record = { id: asked.id, userId, createdAt: clock.now(), draft: draft.data, quality }
  await renders.save({ ...record, status: 'pending', output: null, error: null })
  queue.enqueue(asked.id)
  return success({ id: asked.id, status: 'pending', progress: FIRST_PROGRESS })
}

/** The first form of a poll's answer: bare, `progress` in percent, `duration` in seconds, `size` in bytes. */
function told({ id, status, output, error }: RenderRecord, done: number | null, base: string) {
  const progress = status === 'completed' ? 100 : Math.max(FIRST_PROGRESS, Math.min(99, Math.floor((done ?? 0) * 100)))
  const link = output && {
    url: `${base}/outputs/${output.file}`,
    duration: output.durationSeconds,
    size: output.sizeBytes,
  }
  return { taskId: id, status, progress, ...(link ? { output: link } : {}), ...(error === null ? {} : { error }) }
}

function refuseUnattributed({ headers }: FastifyRequest): void {
  const missing = ATTRIBUTION.filter((name) => !headers[name])
  if (missing.length === 0) return
  throw new EngineRefusal(402, `Export is not part of this plan (missing: ${missing.join(', ')})`, { httpStatus: 402 })
}
