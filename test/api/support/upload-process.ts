import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/**
 * Uploads a clip of so many bytes from a process of its own, so that its memory is not ours. Gives the API's answer.
 * Run as a program, this file is that process.
 */
export async function uploadFromElsewhere(base: string, bytes: number) {
  const client = spawn(process.execPath, [fileURLToPath(import.meta.url), base, String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [answer] = await Promise.all([text(client.stdout), once(client, 'exit')])
  return JSON.parse(answer) as { status: number; body: { inputs: { bytes: number }[] } }
}

const [, program, base, bytes] = process.argv
if (program === fileURLToPath(import.meta.url) && base) {
  const { SlowUpload } = await import('./slow-upload.ts')
  const upload = new SlowUpload(base)
  await upload.begin()
  await upload.send(Number(bytes))
  upload.end()
  process.stdout.write(JSON.stringify(await upload.answer()))
}
