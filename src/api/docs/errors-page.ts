import { readFileSync } from 'node:fs'

const ERRORS_MD = new URL('../../../docs/errors.md', import.meta.url)

/** `docs/errors.md` as a page whose anchors are the codes: where the `type` of every problem leads. */
export function renderErrorsPage(): string {
  const blocks = readFileSync(ERRORS_MD, 'utf8')
    .trim()
    .split(/\n{2,}/)
  const seen = new Set<string>()
  return page(blocks.map((block) => renderBlock(block, seen)).join('\n'))
}

function renderBlock(block: string, seen: Set<string>): string {
  if (block.startsWith('# ')) return `<h1>${inline(block.slice(2))}</h1>`
  if (block.startsWith('## ')) return `<h2>${inline(block.slice(3))}</h2>`
  if (block.startsWith('|')) return renderTable(block.split('\n'), seen)
  return `<p>${inline(block)}</p>`
}

function renderTable([head = '', , ...rows]: string[], seen: Set<string>): string {
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
  const header = cells(head).map((cell) => `<th>${inline(cell)}</th>`)
  const body = rows.map((row) => {
    const [code = '', ...others] = cells(row)
    return `<tr${anchor(code.replaceAll('`', ''), seen)}><th>${inline(code)}</th>${others.map((cell) => `<td>${inline(cell)}</td>`).join('')}</tr>`
  })
  return `<table><thead><tr>${header.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table>`
}

/** `internal` is in both tables; the first, of the API's answers, is where links lead. */
function anchor(code: string, seen: Set<string>): string {
  if (seen.has(code)) return ''
  seen.add(code)
  return ` id="${code}"`
}

const inline = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/`([^`]+)`/g, '<code>$1</code>')

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border-bottom:1px solid #8884;padding:.5rem;text-align:left;vertical-align:top}
tbody th{font-weight:600}tr:target{background:#fe89}code{font:.9em ui-monospace,monospace}`

const page = (body: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Clipyard: errors</title><style>${STYLE}</style></head>
<body><p><a href="/docs">The API</a></p>${body}</body></html>
`
