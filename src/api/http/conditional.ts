const bare = (tag: string) => tag.trim().replace(/^W\//, '')

/** Whether a client has this version already: If-None-Match, compared weakly (RFC 9110, section 13.1.2). */
export function isUnchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => bare(tag) === bare(etag))
}

/** Whether a Range still means the file that the client has begun: If-Range, compared strongly. */
export const rangeApplies = (ifRange: string | string[] | undefined, etag: string): boolean =>
  ifRange === undefined || (typeof ifRange === 'string' && ifRange.trim() === etag)
