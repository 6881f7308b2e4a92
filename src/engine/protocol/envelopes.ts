/** The envelope of most calls. */
export const ok = (data: unknown) => ({ code: 0, data })

/** Its failure form, which may come with HTTP 200. */
export const refused = (code: number, message: string) => ({ code, message })

/** The envelope of the render calls. */
export const success = (data: unknown) => ({ success: true, data })

/** Its failure form. */
export const failure = (error: string) => ({ success: false, error })

/** The part that serves `/run_sse` speaks like this. */
export const detail = (detail: unknown) => ({ detail })
