const EXTENDED = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i
const PLAIN = /filename\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^;\s]+))/i
const LONGEST_NAME = 200

/** What a fetched file is called: by Content-Disposition, else by its URL. Never a path; null where neither says. */
export function fileNameOf(disposition: string | undefined, url: URL): string | null {
  return bareName(fromDisposition(disposition ?? '')) ?? bareName(decoded(url.pathname))
}

function fromDisposition(disposition: string): string {
  const extended = EXTENDED.exec(disposition)?.[1]
  if (extended !== undefined) return decoded(extended)
  const [, quoted, token] = PLAIN.exec(disposition) ?? []
  return quoted?.replace(/\\(.)/g, '$1') ?? token ?? ''
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function bareName(path: string): string | null {
  const name = path.split(/[/\\]/).at(-1) ?? ''
  const clean = name.replace(/\p{C}/gu, '').trim()
  if (clean === '' || clean === '.' || clean === '..') return null
  return clean.slice(-LONGEST_NAME).toWellFormed()
}
