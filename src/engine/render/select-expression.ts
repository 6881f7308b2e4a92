import type { FrameRange } from '../timeline/frame-rate.ts'

/**
 * An ffmpeg expression that is 1 where `n` lies in one of the ranges (sorted, apart from each other). A search tree:
 * ffmpeg works it out for every frame, and a sum over hundreds of cuts would be slow.
 */
export function selectExpression(ranges: readonly FrameRange[]): string {
  const edges = ranges.flatMap(({ from, to }) => [from, to])
  return tree(edges, 0, edges.length)
}

/** `low` to `high` are the edges that are still undecided; past an odd number of edges a range is open. */
function tree(edges: readonly number[], low: number, high: number): string {
  if (low === high) return low % 2 === 1 ? '1' : '0'
  const middle = (low + high) >> 1
  return `if(lt(n,${edges[middle]}),${tree(edges, low, middle)},${tree(edges, middle + 1, high)})`
}
