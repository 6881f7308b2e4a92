import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openAsBlob } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startClipyard, type Clipyard } from '../support/clipyard.ts'
import { tempDir } from '../support/temp-dir.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** Runs a command of the project on a DATA_DIR to its end. `until`: what it must have said before `signal` is sent. */
async function run(dataDir: string, args: string[], interrupt?: { until: RegExp; signal: NodeJS.Signals }) {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      // Again and again, as npm does with the terminal's: one is enough, and more must not harm.
      if (interrupt?.until.test(said)) child.kill(interrupt.signal)
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, said }
}

const job = (dataDir: string, ...args: string[]) => run(dataDir, ['src/cli/job.ts', ...args])
const audit = (dataDir: string) => run(dataDir, ['src/cli/audit.ts'])

async function submit(clipyard: Clipyard, members: Record<string, string> = {}): Promise<string> {
  const body = new FormData()
  for (const [name, text] of Object.entries({ instruction: 'trim silences', ...members })) body.set(name, text)
  body.set('file', await openAsBlob(join(ROOT, 'examples', 'clip.mp4')), 'clip.mp4')
  const answer = await clipyard.call('/v1/jobs', { method: 'POST', body })
  return ((await answer.json()) as { id: string }).id
}

it('tells a story and audits while the service runs, and follows a job that it carries', async () => {
  await using folder = await tempDir()
  await using clipyard = await startClipyard(folder.path)
  const id = await submit(clipyard)

  const followed = await job(folder.path, id, '--run')
  expect(followed).toMatchObject({
    code: 0,
    said: expect.stringMatching(/A service runs here[^]* succeeded +after [^]*output\.mp4/),
  })
  expect(await job(folder.path, id)).toMatchObject({ code: 0, said: expect.stringContaining('What happened') })
  expect(await audit(folder.path)).toMatchObject({ code: 0, said: expect.stringMatching(/\n0 faults\n$/) })

  const unknown = await job(folder.path, 'job_01ARZ3NDEKTSV4RRFFQ69G5FAV')
  expect(unknown).toMatchObject({
    code: 1,
    said: expect.stringMatching(/^There is no job_01ARZ3NDEKTSV4RRFFQ69G5FAV here/),
  })
})

it('goes on with a job whose service was killed, hands it back on Ctrl-C, and leaves other jobs alone', async () => {
  await using folder = await tempDir()
  const clipyard = await startClipyard(folder.path)
  const run_at = new Date(Date.now() + 4_000).toISOString()
  const id = await submit(clipyard, { run_at })
  const other = await submit(clipyard, { run_at })
  await clipyard.killAll()

  const until = /No service runs here[^]*queued/
  const interrupted = await run(folder.path, ['src/cli/job.ts', id, '--run'], { until, signal: 'SIGINT' })
  expect(interrupted).toMatchObject({ code: 130, said: expect.stringContaining('Handing it back') })

  const carried = await job(folder.path, id, '--run')
  expect(carried).toMatchObject({ code: 0, said: expect.stringMatching(/No service runs here[^]* succeeded +after /) })
  expect((await job(folder.path, other)).said).toMatch(/ waiting {2}for [^]*asleep; it wakes once a worker looks/)
  expect(await audit(folder.path)).toMatchObject({ code: 0, said: expect.stringMatching(/\n0 faults\n$/) })
})

it('says that there is nothing where nothing has ever run', async () => {
  await using folder = await tempDir()
  const { code, said } = await audit(join(folder.path, 'none'))
  expect(code).toBe(1)
  expect(said).toMatch(
    /^There is nothing to audit\.\nDATA_DIR: expected the folder of a Clipyard that has run; got .*\/none/,
  )
})
