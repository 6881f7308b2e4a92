import type { Readable } from 'node:stream'

/** A session at the upstream. Ids are strings: they go above 2^53. */
export interface UpstreamSession {
  taskId: string
  sessionId: string
}

/** A clip to hand over. `open` gives its bytes anew at each call, so that an upload can be repeated. */
export interface ClipSource {
  name: string
  contentType: string
  bytes: number
  open(): Promise<Readable>
}

/** A balance, in the upstream's credits. `total` is available + frozen. */
export interface Credits {
  available: number
  frozen: number
  total: number
}

/** A session's state, as far as we use it. `draft` is the raw JSON text as it came, or null where there is none. */
export interface SessionState {
  draft: string | null
  /** The picture's size in pixels, where the state tells it beside the draft. */
  canvas?: { width: number; height: number }
  /** The account's user id, where the state or the token told it; for the registration link. */
  userId: string | null
}

/** What a message brought once its stream has come to a clean end. */
export interface Reply {
  /** Whole texts in order, thoughts and trailing noise left out, as the upstream wrote them. Often empty. */
  texts: string[]
  /** Set where the stream told an error: the upstream refused or gave up. */
  error: { code: string | null; message: string } | null
}

export type Render =
  /** `progress` is 0 to 1. */
  | { status: 'running'; progress: number | null }
  /** `durationMs`: how long it took, where the upstream told. */
  | { status: 'completed'; url: string; durationMs?: number }
  | { status: 'failed'; reason: string }
  /** The upstream knows no render of that id. */
  | { status: 'unknown' }

export interface CallOptions {
  signal: AbortSignal
}

/**
 * What we need of the editing API. Every call may throw `UpstreamError`, whose `kind` says what to do, and rejects with
 * the signal's reason once it aborts.
 */
export interface Upstream {
  createSession(request: { language: string | null }, options: CallOptions): Promise<UpstreamSession>

  /** Hands one clip over. Repeating it is harmless. What the clip's own `open` throws is thrown as it is. */
  upload(session: UpstreamSession, clip: ClipSource, options: CallOptions): Promise<void>

  /** `beforeMessage`: read to see whether a message can be paid, so it may wait where there is nothing to read. */
  credits(options: CallOptions & { beforeMessage?: boolean }): Promise<Credits>

  /**
   * Sends a message, which costs credits: never call it twice without proof (see `UpstreamError.delivery`).
   * Resolves at the clean end of the stream alone. `onSignsOfLife` is called whenever bytes arrive.
   */
  sendMessage(
    session: UpstreamSession,
    text: string,
    options: CallOptions & { onSignsOfLife?: () => void },
  ): Promise<Reply>

  state(session: UpstreamSession, options: CallOptions): Promise<SessionState>

  /**
   * Starts a render of this draft (raw JSON text, sent verbatim) under an id of our choice, and gives the id to poll,
   * which is that one unless the upstream chose another. An id that was started before is a success.
   */
  startRender(
    request: { renderId: string; session: UpstreamSession; draft: string; output: { format: string; quality: string } },
    options: CallOptions,
  ): Promise<{ renderId: string }>

  getRender(renderId: string, options: CallOptions): Promise<Render>

  /** A render that the upstream does not know counts as cancelled. */
  cancelRender(renderId: string, options: CallOptions): Promise<void>

  /**
   * Opens a finished render's URL. `from` resumes at that byte; the `from` of the result is where its body begins, which
   * is 0 where the server does not resume. `bytes` is the whole size, if it was told.
   */
  download(
    url: string,
    options: CallOptions & { from?: number },
  ): Promise<{ body: Readable; from: number; bytes: number | null }>

  /** A link under which a person sees the session in a browser. */
  claimUrl(session: UpstreamSession, options: CallOptions): Promise<string>
}
