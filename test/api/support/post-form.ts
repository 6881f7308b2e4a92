import type { TestApi } from './test-api.ts'

/** Name, content, file name, type: as `curl -F` would send it. */
export type Part = readonly [
  name: string,
  content: string | Buffer,
  filename?: string | undefined,
  type?: string | undefined,
]

/** Posts a multipart form to /v1/jobs. */
export async function postForm(t: TestApi, parts: readonly Part[]) {
  const reply = await t.call({
    method: 'POST',
    url: '/v1/jobs',
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    payload: Buffer.concat([...parts.flatMap(encode), Buffer.from(`--${BOUNDARY}--\r\n`)]),
  })
  return { status: reply.statusCode, headers: reply.headers, body: reply.json() }
}

export const BOUNDARY = 'the-boundary-of-these-tests'

/** The bytes before a part's content. */
export function partHead([name, content, filename, type]: Part): Buffer {
  const file = filename ?? (typeof content === 'string' ? undefined : '')
  const disposition = `form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}`
  const kind = type ?? (file === undefined ? undefined : 'application/octet-stream')
  return Buffer.from(
    `--${BOUNDARY}\r\nContent-Disposition: ${disposition}\r\n${kind ? `Content-Type: ${kind}\r\n` : ''}\r\n`,
  )
}

const encode = (part: Part) => [partHead(part), Buffer.from(part[1]), Buffer.from('\r\n')]
