import fp from 'fastify-plugin'
import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Clock } from '../../shared/time/clock.ts'
import { answer } from '../openapi/responses.ts'
import { OUTAGE_RETRY_SECONDS } from '../problems/to-problem.ts'
import { Health, Readiness } from '../schemas/health.ts'

const CHECK_TIMEOUT_MS = 2_000

interface HealthDeps {
  clock: Clock
  /** What must work for a job to be taken, by name. Never the upstream: jobs wait for it. */
  checks: Record<'redis' | 'storage', () => Promise<unknown>>
}

const routes: FastifyPluginAsyncZod<HealthDeps> = async (app, { clock, checks }) => {
  app.get(
    '/healthz',
    {
      schema: {
        operationId: 'getHealth',
        tags: ['Operations'],
        summary: 'Whether the process lives',
        security: [],
        response: { 200: answer('It lives', Health) },
      },
    },
    async () => ({ status: 'ok' as const }),
  )
  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'getReadiness',
        tags: ['Operations'],
        summary: 'Whether jobs can be taken, and what is wrong if not',
        security: [],
        response: { 200: answer('Ready', Readiness), 503: answer('Not ready', Readiness) },
      },
    },
    async (_request, reply) => {
      const found = await Promise.all(Object.entries(checks).map(([name, check]) => outcome(name, check, clock)))
      const ready = found.every(([, { ok }]) => ok)
      if (!ready) reply.header('retry-after', OUTAGE_RETRY_SECONDS)
      return reply.code(ready ? 200 : 503).send({
        status: ready ? 'ready' : 'unready',
        checks: Object.fromEntries(found) as z.infer<typeof Readiness>['checks'],
      })
    },
  )
}

/** Liveness and readiness, for whoever restarts processes and routes traffic to them. */
export const health = fp(routes, { name: 'health' })

async function outcome(name: string, check: () => Promise<unknown>, clock: Clock) {
  const timer = new AbortController()
  const late = clock.sleep(CHECK_TIMEOUT_MS, { signal: timer.signal }).then(() => {
    throw new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)
  })
  try {
    await Promise.race([check(), late])
    return [name, { ok: true, detail: null }] as const
  } catch (error) {
    return [name, { ok: false, detail: error instanceof Error ? error.message || error.name : String(error) }] as const
  } finally {
    timer.abort()
    late.catch(() => undefined)
  }
}
