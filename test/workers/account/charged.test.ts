import { expect, it } from 'vitest'
import { LinkSigner } from '../../../src/shared/crypto/link-signer.ts'
import { Secret } from '../../../src/shared/config/secret.ts'
import type { JobId } from '../../../src/shared/jobs/ids.ts'
import { viewJob } from '../../../src/shared/jobs/job-view.ts'
import { systemClock } from '../../../src/shared/time/clock.ts'
import { setupWorkers } from '../../support/workers.ts'

type Workers = Awaited<ReturnType<typeof setupWorkers>>

async function creditsOf(t: Workers, id: JobId) {
  const links = new LinkSigner(new Secret('x'.repeat(32)))
  const job = await t.jobs.find(id)
  return (await viewJob({ storage: t.storage, links, clock: systemClock, publicUrl: () => 'http://test' }, job!))
    .credits
}

async function setup() {
  const t = await setupWorkers()
  t.upstream.balance = { available: 1_000, frozen: 10, total: 1_010 }
  t.upstream.price = 50
  return t
}

it('tells what an edit was charged when no other was at work, one after the other too', async () => {
  await using t = await setup()
  for (const total of [960, 910]) {
    const id = await t.submit()
    await t.moves.reached('succeeded', id)
    expect(await creditsOf(t, id)).toEqual({ available: total - 10, frozen: 10, total, charged: 50, exact: true })
  }
})

it('tells the balance alone when edits overlapped', async () => {
  await using t = await setup()
  const both = Promise.withResolvers<void>()
  let streaming = 0
  for (let i = 0; i < 2; i++) {
    t.upstream.next('sendMessage', () => {
      if (++streaming === 2) both.resolve()
      return both.promise
    })
  }
  const ids = [await t.submit(), await t.submit()]
  for (const id of ids) {
    await t.moves.reached('succeeded', id)
    expect(await creditsOf(t, id)).toMatchObject({ charged: null, exact: false })
  }
})

it('counts a message of which nobody saw the end to its own job, and not to one that runs beside it', async () => {
  await using t = await setup()
  t.upstream.dropNextStreamOf('broken')
  const recovering = Promise.withResolvers<void>()
  const beside = Promise.withResolvers<void>()
  t.upstream.next('state', () => undefined)
  t.upstream.next('state', () => {
    recovering.resolve()
    return beside.promise
  })
  const broken = await t.submit({ request: { instruction: 'broken' } })
  await recovering.promise
  const other = await t.submit()
  await t.moves.reached('succeeded', other)
  beside.resolve()
  await t.moves.reached('succeeded', broken)

  expect(await creditsOf(t, other)).toMatchObject({ charged: null, exact: false })
  expect(await creditsOf(t, broken)).toMatchObject({ charged: null, exact: false })
})

it('tells nothing of a charge when the balance has grown meanwhile', async () => {
  await using t = await setup()
  t.upstream.price = -500
  const id = await t.submit()
  await t.moves.reached('succeeded', id)
  expect(await creditsOf(t, id)).toMatchObject({ total: 1_510, charged: null, exact: false })
})

it('is known also of an edit that was refused once and sent again', async () => {
  await using t = await setup()
  t.upstream.failOnce('sendMessage', 'rate_limited', 'refused', 429)
  const id = await t.submit()
  await t.moves.reached('succeeded', id)
  expect(await creditsOf(t, id)).toMatchObject({ charged: 50, exact: true })
})
