const LONGEST_NAME = 255

/**
 * A file's name as its sender gave it, fit to be shown and offered as a download: no path, no control or direction
 * characters, at most 255 characters. The type gives a name to one that has none.
 */
export function clipName(given: string | undefined, index: number, contentType: string): string {
  const bare = (given ?? '').toWellFormed().split(/[/\\]/).at(-1) ?? ''
  const clean = bare.replace(/[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '').trim()
  if (clean === '' || clean === '.' || clean === '..') return `clip-${index + 1}.${contentType.split('/')[1] ?? 'bin'}`
  return shorten(clean)
}

/** Keeps the extension. */
function shorten(name: string): string {
  if (name.length <= LONGEST_NAME) return name
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? ''
  return `${name.slice(0, LONGEST_NAME - extension.length)}${extension}`.toWellFormed()
}
