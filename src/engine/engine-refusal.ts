/** A request that the engine does not serve, in the protocol's words: `code` of the body, and the HTTP status it goes with. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal'
  readonly code: number
  readonly httpStatus: number

  constructor(code: number, message: string, more: { httpStatus?: number; cause?: unknown } = {}) {
    super(message, { cause: more.cause })
    this.code = code
    this.httpStatus = more.httpStatus ?? 200
  }
}

const FORMATS = 'mp4 mov avi webm mkv · jpg png gif webp · mp3 wav m4a aac'

export const badToken = () => new EngineRefusal(1001, 'The token is unknown or has expired; ask for a new one')
export const sessionNotFound = () => new EngineRefusal(1002, 'session not found')
export const outOfCredits = (available: number, cost: number) =>
  new EngineRefusal(2001, `Out of credits: an edit costs ${cost}, ${available} are left`)
export const unsupportedFile = (why: string, cause?: unknown) =>
  new EngineRefusal(4001, `Unsupported file: ${why}. Accepted formats: ${FORMATS}`, { cause })
export const fileTooLarge = (maxBytes: number) =>
  new EngineRefusal(4002, `The file is too large: at most ${maxBytes} bytes are taken. Compress or trim it`)
export const badRequest = (why: string) => new EngineRefusal(400, why, { httpStatus: 400 })
