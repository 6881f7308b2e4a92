import { fileURLToPath } from 'node:url'
import type { RunningService } from './start-service.ts'

const SAMPLE = fileURLToPath(new URL('../../examples/clip.mp4', import.meta.url))

/**
 * What `npm start` says on stdout once it serves: the page, the key, and one command that works when pasted. The page's
 * key stands behind `#`, which no browser sends to a server.
 */
export function greeting({ url, apiKey }: Pick<RunningService, 'url' | 'apiKey'>): string {
  if (url === null) return 'Clipyard works: it takes jobs from Redis until it is stopped.'
  if (apiKey === null) return `Clipyard's engine is ready at ${url}`
  return [
    `Clipyard is ready at ${url}`,
    '',
    `  Open      ${url}/#key=${encodeURIComponent(apiKey.reveal())}`,
    `  API key   ${apiKey.reveal()}`,
    `  API docs  ${url}/docs`,
    '',
    'Drop a clip on that page, or edit the sample clip from here (the answer comes when the video is done; open its',
    'download_url):',
    '',
    `curl ${url}/v1/jobs -H 'Authorization: Bearer ${apiKey.reveal()}' -H 'Prefer: wait=60' \\`,
    `  -F file=@${quoted(SAMPLE)} -F instruction='trim silences, add the text "Hello" at 0:01'`,
    '',
  ].join('\n')
}

const quoted = (path: string) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`)
