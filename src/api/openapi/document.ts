import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { eventWebhooks } from './webhooks.ts'

type OpenApi = NonNullable<FastifyDynamicSwaggerOptions['openapi']>

const DESCRIPTION = `Clips and a sentence in, finished MP4s and signed webhooks out.

\`\`\`sh
curl -H "Authorization: Bearer $API_KEY" \\
     -F file=@clip.mp4 -F instruction="trim silences" \\
     http://localhost:8080/v1/jobs
\`\`\`

Once \`POST /v1/jobs\` has answered, the job is kept: it survives any crash, waits for whatever it has to wait for, and
ends in exactly one final event.

**Errors** are \`application/problem+json\` (RFC 9457). Switch on \`code\`; \`errors[].pointer\` leads to the member that
has to be mended; [all codes](/docs/errors). **Every answer** carries \`X-Request-Id\`. **Times** are RFC 3339 in UTC.
Unknown members of a request are refused, so that a slip of the pen is told at once. \`Idempotency-Key\` is not
understood yet: a POST that is sent twice makes two jobs.`

/** The part of the contract that no route says. */
export const DOCUMENT: OpenApi = {
  openapi: '3.1.0',
  info: { title: 'Clipyard', version: '1.0.0', description: DESCRIPTION },
  servers: [{ url: '/', description: 'This server' }],
  security: [{ apiKey: [] }],
  tags: [
    { name: 'Jobs', description: 'A job is clips, a sentence, and the video that comes of them.' },
    { name: 'Webhooks', description: 'How events reach you, and how you know that they are ours.' },
    { name: 'Events', description: 'What is sent: one envelope, one id, whichever way it comes.' },
    { name: 'Operations', description: 'For whoever runs the service.' },
  ],
  components: {
    securitySchemes: {
      apiKey: {
        type: 'http',
        scheme: 'bearer',
        description:
          'An API key. Its scopes say what it may do: `jobs:read jobs:write webhooks:manage credits:read admin`.',
      },
    },
  },
  webhooks: eventWebhooks(),
}
