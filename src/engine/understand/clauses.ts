/** An instruction with its quoted texts taken out, so that no comma or verb inside them is read as ours. */
export interface Masked {
  text: string
  quotes: string[]
}

const QUOTED =
  /"([^"]+)"|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»|「([^」]+)」|『([^』]+)』|《([^》]+)》|‘([^’]+)’(?!\w)|(?<![\w])'((?:[^']|'(?=\w))+)'(?!\w)|`([^`]+)`/gu

/** A quote's place in a masked text, as a regex source; its group is the number of the quote. */
export const QUOTE = '⟦(?<quote>\\d+)⟧'

/** Takes the quoted texts out. */
export function maskQuotes(instruction: string): Masked {
  const quotes: string[] = []
  const plain = instruction.replace(/[⟦⟧]/gu, ' ')
  const text = plain.replace(QUOTED, (_whole, ...groups: unknown[]) => {
    const inner = groups.slice(0, 10).find((group): group is string => typeof group === 'string') ?? ''
    return ` ⟦${quotes.push(inner.trim()) - 1}⟧ `
  })
  return { text, quotes }
}

/** Puts them back, to repeat a clause in the caller's words. */
export const unmask = (clause: string, quotes: string[]) =>
  clause.replace(/⟦(\d+)⟧/g, (_whole, index: string) => `"${quotes[Number(index)] ?? ''}"`).trim()

const SPLIT =
  /\s*(?:[,;\n，。；、！!?？]|\.(?=\s|$)|(?<![a-z])(?:and|then|plus|afterwards|after\s+that)(?![a-z])|然后|并且|并|再|接着)\s*/iu

/** Cuts a masked instruction into clauses, one wish each. */
export function splitClauses(masked: string): string[] {
  return keepPairsWhole(masked)
    .split(SPLIT)
    .map((clause) => clause.replace(/\s+/g, ' ').trim())
    .filter((clause) => clause !== '')
}

/** An "and" inside one wish must not split it. */
const keepPairsWhole = (text: string) =>
  text
    .replace(/\bbetween\s+([^,;]+?)\s+and\s+(?=(?:the\s+)?(?:\d|end|start))/gi, 'from $1 to ')
    .replace(/\bfirst\s+and\s+(?:the\s+)?last\b/gi, 'first & last')
    .replace(/(\d\s*(?:m|mins?|minutes?))\s+and\s+(\d+\s*(?:s|secs?|seconds?)\b)/gi, '$1 $2')
