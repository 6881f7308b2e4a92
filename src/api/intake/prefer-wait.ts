const LONGEST_WAIT_SECONDS = 60

/** Seconds that a client wants to wait for the result, by `Prefer: wait=N`; null for none, or more than we can honour. */
export function preferredWait(header: string | string[] | undefined): number | null {
  const [, text] = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,4})"?\s*(?:[,;]|$)/i.exec([header].flat().join(',')) ?? []
  if (text === undefined) return null
  return Number(text) <= LONGEST_WAIT_SECONDS ? Number(text) : null
}
