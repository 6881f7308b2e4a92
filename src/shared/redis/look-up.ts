import type { Redis } from 'ioredis'
import { z } from 'zod'
import { Script } from './script.ts'

const LOOK_UP = new Script('look-up')
const LookUpReply = z.tuple([z.array(z.string()), z.array(z.string()), z.array(z.int())])

/** Where a list has something: its score, and its place from the front. */
export interface Standing {
  score: number
  rank: number
}

/** Reads a record and where some lists have it, all of the same moment. A record that is not there has no fields. */
export async function lookUp<Name extends string>(
  redis: Redis,
  { record, member, lists }: { record: string; member: string; lists: Record<Name, string> },
): Promise<{ record: Record<string, string>; standings: Record<Name, Standing | null> }> {
  const names = Object.keys(lists) as Name[]
  const reply = await LOOK_UP.run(redis, [record, ...names.map((name) => lists[name])], [member])
  const [fields, scores, ranks] = LookUpReply.parse(reply)
  const pairs = fields.flatMap((name, index) => (index % 2 === 0 ? [[name, fields[index + 1] ?? '']] : []))
  const standing = (index: number): Standing | null =>
    scores[index] ? { score: Number(scores[index]), rank: ranks[index] ?? -1 } : null
  const standings = Object.fromEntries(names.map((name, index) => [name, standing(index)]))
  return {
    record: Object.fromEntries(pairs) as Record<string, string>,
    standings: standings as Record<Name, Standing | null>,
  }
}
