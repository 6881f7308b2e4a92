import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { SECRET, setupWebhooks, webhookReceiver } from './webhook-world.ts'

const PATIENCE = { timeout: 10_000, interval: 5 }

it('delivers a final event with the whole job, signed so that the public library verifies it', async () => {
  await using t = await setupWebhooks()
  await using receiver = await webhookReceiver()
  await t.start()

  const id = await t.submit(`${receiver.url}/hook?a=1`, ['job.succeeded'])
  await t.succeed(id)

  const [arrival] = await receiver.reached(1)
  const told = new Webhook(SECRET).verify(arrival!.body, arrival!.headers) as { id: string; data: { job: object } }
  expect(told).toMatchObject({ type: 'job.succeeded', sequence: 3, timestamp: expect.stringMatching(/Z$/) })
  expect(told.data.job).toMatchObject({
    id,
    object: 'job',
    status: 'succeeded',
    external_id: 'row-17',
    output: { download_url: expect.stringContaining('https://clipyard.example/v1/jobs/'), bytes: 1 },
  })
  expect(arrival).toMatchObject({
    path: '/hook?a=1',
    headers: { 'webhook-id': told.id, 'content-type': 'application/json', 'user-agent': 'clipyard/1.2.3' },
  })
})

it('tells events that are not final by a glimpse of the job', async () => {
  await using t = await setupWebhooks()
  await using receiver = await webhookReceiver()
  await t.start()

  const id = await t.submit(receiver.url, ['job.queued'])

  const [arrival] = await receiver.reached(1)
  expect(JSON.parse(arrival!.body)).toEqual({
    id: expect.stringMatching(/^evt_/),
    type: 'job.queued',
    timestamp: expect.any(String),
    sequence: 1,
    data: {
      job: { id, status: 'queued', stage: null, progress: 0, waiting: null, external_id: 'row-17', metadata: {} },
    },
  })
})

it('sends only the events that were asked for, and records the try', async () => {
  await using t = await setupWebhooks()
  await using receiver = await webhookReceiver((_request, response) => response.writeHead(202).end('thanks'))
  await t.start()

  const id = await t.submit(receiver.url, ['job.succeeded'])
  await t.succeed(id)

  await expect.poll(() => t.deliveriesOf(id), PATIENCE).toMatchObject([{ status: 'succeeded' }])
  expect(await t.deliveriesOf(id)).toMatchObject([
    {
      id: expect.stringMatching(/^dlv_/),
      event_type: 'job.succeeded',
      endpoint_id: null,
      url: receiver.url,
      tries: [{ at: expect.any(String), ms: expect.any(Number), status: 202, error: null }],
      next_try_at: null,
    },
  ])
  expect(receiver.arrivals).toHaveLength(1)
})

it('tells events that came before any worker ran', async () => {
  await using t = await setupWebhooks()
  await using receiver = await webhookReceiver()
  await t.submit(receiver.url)

  await t.start()

  expect(await receiver.reached(1)).toHaveLength(1)
})

it('tries again with the same id and a new signature, and goes on after a restart', async () => {
  await using t = await setupWebhooks()
  let healthy = false
  await using receiver = await webhookReceiver((_request, response) =>
    response.writeHead(healthy ? 200 : 500).end('down for repair'),
  )
  const first = await t.start()
  const id = await t.submit(receiver.url)
  await expect.poll(() => t.deliveriesOf(id), PATIENCE).toMatchObject([{ tries: [{ status: 500 }] }])
  await first.close()
  healthy = true
  const [failed] = await t.deliveriesOf(id)
  expect(failed).toMatchObject({ status: 'pending', tries: [{ error: 'HTTP 500: down for repair' }] })
  expect(Date.parse(failed!.next_try_at!) - Date.parse(failed!.tries[0]!.at)).toBeGreaterThan(4_900)

  await t.makeDue(failed!)
  await t.start()

  const [one, other] = await receiver.reached(2)
  expect(other!.headers['webhook-id']).toBe(one!.headers['webhook-id'])
  expect(new Webhook(SECRET).verify(other!.body, other!.headers)).toMatchObject({ type: 'job.queued' })
  await expect.poll(() => t.deliveriesOf(id), PATIENCE).toMatchObject([{ status: 'succeeded', tries: [{}, {}] }])
})

it('lets no dead endpoint delay another, on the same origin or elsewhere', async () => {
  await using t = await setupWebhooks()
  await using silent = await webhookReceiver(() => undefined)
  await using mixed = await webhookReceiver((request, response) => {
    if (request.url === '/fine') response.end()
  })
  const dead = Array.from({ length: 30 }, (_, n) => [`${silent.url}/${n % 3}`, `${mixed.url}/slow`]).flat()
  for (const url of dead) await t.submit(url)
  await t.start()
  await silent.reached(12)
  await mixed.reached(4)

  const id = await t.submit(`${mixed.url}/fine`)

  await expect.poll(() => t.deliveriesOf(id), PATIENCE).toMatchObject([{ status: 'succeeded' }])
  expect(silent.arrivals).toHaveLength(12)
  expect(mixed.arrivals.filter(({ path }) => path === '/slow')).toHaveLength(4)
})

it('gives a try that a shutdown interrupted back uncounted', async () => {
  await using t = await setupWebhooks()
  let answering = false
  await using receiver = await webhookReceiver((_request, response) => void (answering && response.end()))
  const worker = await t.start()
  const id = await t.submit(receiver.url)
  await receiver.reached(1)

  await worker.close()
  expect(await t.deliveriesOf(id)).toMatchObject([{ status: 'pending', tries: [] }])

  answering = true
  await t.start()
  await expect
    .poll(() => t.deliveriesOf(id), PATIENCE)
    .toMatchObject([{ status: 'succeeded', tries: [{ status: 200 }] }])
})

it('lets a try end that a shutdown found under way, within the grace', async () => {
  await using t = await setupWebhooks({ limits: { graceMs: 10_000 } })
  const answer = Promise.withResolvers<void>()
  await using receiver = await webhookReceiver((_request, response) => void answer.promise.then(() => response.end()))
  const worker = await t.start()
  const id = await t.submit(receiver.url)
  await receiver.reached(1)

  const closed = worker.close()
  answer.resolve()
  await closed

  expect(await t.deliveriesOf(id)).toMatchObject([{ status: 'succeeded' }])
})

it('calls no private address unless it is allowed', async () => {
  await using t = await setupWebhooks({ allow: [] })
  await using receiver = await webhookReceiver()
  await t.start()

  const id = await t.submit(receiver.url)

  await expect.poll(() => t.deliveriesOf(id), PATIENCE).toMatchObject([{ tries: [{ status: null }] }])
  const [delivery] = await t.deliveriesOf(id)
  expect(delivery!.tries[0]!.error).toContain('127.0.0.0/8 (loopback)')
  expect(receiver.arrivals).toEqual([])
})

it('counts and passes over events of jobs that are gone, and entries that it can not read', async () => {
  await using t = await setupWebhooks()
  await using receiver = await webhookReceiver()
  await t.redis.del(t.keys.job(await t.submit(receiver.url)))
  await t.redis.xadd(t.keys.events(), '*', 'id', 'none', 'type', 'of.ours')
  await t.submit(receiver.url)

  const worker = await t.start()

  await receiver.reached(1)
  expect(worker.counts()).toEqual({ planned: 1, orphaned: 1, unreadable: 1 })
  expect(await t.redis.xpending(t.keys.events(), 'webhooks')).toMatchObject([0, null, null, null])
})

it('skips a delivery whose job was deleted meanwhile', async () => {
  await using t = await setupWebhooks()
  await using receiver = await webhookReceiver((_request, response) => response.writeHead(500).end())
  await t.start()
  const id = await t.submit(receiver.url)
  await expect.poll(() => t.deliveriesOf(id), PATIENCE).toMatchObject([{ tries: [{}] }])

  await t.redis.del(t.keys.job(id))
  await t.makeDue((await t.deliveriesOf(id))[0]!)

  await expect.poll(() => t.deliveriesOf(id), PATIENCE).toMatchObject([{ status: 'skipped', tries: [{}] }])
})

it('takes over what a dead consumer had read and not planned', async () => {
  await using t = await setupWebhooks()
  await using receiver = await webhookReceiver()
  const log = t.keys.events()
  await t.submit(receiver.url)
  await t.redis.xgroup('CREATE', log, 'webhooks', '0')
  await t.redis.xreadgroup('GROUP', 'webhooks', 'dead', 'STREAMS', log, '>')
  const [[entryId] = ['']] = await t.redis.xrange(log, '-', '+')
  await t.redis.call('XCLAIM', log, 'webhooks', 'dead', '0', entryId, 'IDLE', '60000')

  await t.start()

  expect(await receiver.reached(1)).toHaveLength(1)
})

it('goes on once Redis has lost its data and come back', async () => {
  await using t = await setupWebhooks()
  await using receiver = await webhookReceiver()
  await t.start()
  await t.submit(receiver.url)
  await receiver.reached(1)

  await t.redis.del(t.keys.events())
  await t.log.reached(/events could not be followed/)
  await t.submit(receiver.url)

  expect(await receiver.reached(2)).toHaveLength(2)
})

it('looks again after Redis was away', async () => {
  await using t = await setupWebhooks()
  await using receiver = await webhookReceiver()
  const away = { on: true }
  const redis = new Proxy(t.redis, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return away.on ? () => Promise.reject(new Error('Redis is away')) : value.bind(target)
    },
  })
  const id = await t.submit(receiver.url)
  await t.start({ redis })
  await t.log.reached(/deliveries could not be taken/)
  await t.log.reached(/events could not be followed/)

  away.on = false

  await expect.poll(() => t.deliveriesOf(id), PATIENCE).toMatchObject([{ status: 'succeeded' }])
})
