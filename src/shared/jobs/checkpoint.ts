import { z } from 'zod'
import { JobInput } from './job-input.ts'

const Credits = z.object({ available: z.number(), frozen: z.number(), total: z.number() })

/** A look that found a render unfinished: milliseconds since its start, and the progress told (0 to 1). */
export const Look = z.tuple([z.int(), z.number().nullable()])
export type Look = z.infer<typeof Look>

/** A finished video, as it lies in storage. `duration_ms`, `width` and `height` are null where no ffprobe could tell. */
export const Output = z.object({
  name: z.string(),
  bytes: z.int(),
  content_type: z.string(),
  sha256: z.string(),
  duration_ms: z.int().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
})

/** What a job has earned so far. Each step declares which of these it needs and which it adds; see workers/edit/pipeline.ts. */
const Evidence = z.object({
  /** All inputs, as they lie in storage: type, size and hash known. */
  inputs: z.array(JobInput),
  /** A session that the upstream forgot: it must not be taken up again. */
  lostSessionId: z.string(),
  upstreamSession: z.object({ taskId: z.string(), sessionId: z.string() }),
  /** The upstream has all inputs. */
  inputsUploaded: z.literal(true),
  creditsBefore: Credits,
  creditsAfter: Credits,
  /** The account's turn of spending at `creditsBefore`; null where another job spent just then. */
  spendingTurn: z.int().nullable(),
  /** What the edit was charged, where no other of the account was at work between the two balances. */
  charged: z.number(),

  /** Hash of the session's draft before the message ("" where there was none), written with `sentAt` before the call. */
  draftBefore: z.string(),
  /** Epoch ms; without a `reply` it means that the message may have been applied. */
  sentAt: z.int(),
  /** How many messages may have been applied; never above 2. */
  sendings: z.int(),
  /** Reads of the state since a broken stream: how many found the draft unchanged, and the changed one last seen. */
  unchangedReads: z.int(),
  changedDraft: z.string(),
  reply: z.object({
    texts: z.array(z.string()),
    error: z.object({ code: z.string().nullable(), message: z.string() }).nullable(),
    recovered: z.boolean(),
  }),
  /** A step that the upstream asked a person to do by hand, sent in a second message; and what it had said before. */
  followUp: z.object({ instruction: z.string(), said: z.array(z.string()) }),

  /** Hash of the draft that was verified; its text and the report lie in storage. */
  draftAfter: z.string(),
  timelineMs: z.int(),

  /** Written before the call that starts it. */
  renderId: z.string(),
  renderStartedAt: z.int(),
  /** Looks at that render so far, and the first three and the last of what they found. */
  polling: z.object({ made: z.int(), looks: z.array(Look) }),
  renderUrl: z.string(),
  output: Output,
  /** Refusals to serve in a row, for the back-off. Forgotten when a step is done. */
  setbacks: z.int(),
  /** How often each rewind was taken, by the first evidence it forgets. */
  rewinds: z.record(z.string(), z.int()),
})
export type Evidence = z.infer<typeof Evidence>

export const Checkpoint = Evidence.exactPartial()
export type Checkpoint = z.infer<typeof Checkpoint>
