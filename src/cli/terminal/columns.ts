import { stripVTControlCharacters } from 'node:util'

/** Rows with their cells aligned, two blanks between; the last cell keeps its own width. */
export function columns(rows: readonly (readonly string[])[], { indent = 2 } = {}): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))
  }
  return rows.map((row) => {
    const cells = row.map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell)))
    return (' '.repeat(indent) + cells.join('  ')).trimEnd()
  })
}

const widthOf = (cell: string) => stripVTControlCharacters(cell).length
