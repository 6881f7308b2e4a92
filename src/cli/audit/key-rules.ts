import { createKeys, type Keys } from '../../shared/redis/keys.ts'

/** Who a key belongs to; what stands for its owner is the key's first part, unless said otherwise. */
export type KeyRule =
  /** The whole cell. */
  | 'cell'
  /** Nobody; it goes by itself. */
  | 'expires'
  /** No key but a channel. */
  | 'channel'
  | 'tenant'
  | 'session'
  | 'job'
  /** A record that others belong to, looked at by itself. */
  | 'record'
  /** A list of jobs or deliveries that belongs to its tenant, session or job, and whose members are looked at. */
  | 'bullmq'

/** Every key, so that one without an owner does not compile. */
const RULES = {
  bullmq: 'bullmq',
  job: 'record',
  accepted: 'cell',
  tenantJobs: 'tenant',
  tenantJobsByStatus: 'tenant',
  sessionJobs: 'session',
  externalJobs: 'tenant',
  ready: 'tenant',
  readyTenants: 'cell',
  wake: 'cell',
  leases: 'cell',
  deadlines: 'cell',
  expiring: 'cell',
  upkeepTurn: 'expires',
  sweepPlace: 'cell',
  readySignal: 'channel',
  stopSignal: 'channel',
  jobSignal: 'channel',
  session: 'record',
  sessionLine: 'session',
  events: 'cell',
  eventSequence: 'tenant',
  delivery: 'expires',
  tenantDeliveries: 'expires',
  tenantDeliveriesByStatus: 'expires',
  deliveryLanes: 'cell',
  deliveryLane: 'cell',
  jobDeliveries: 'expires',
  apiKey: 'record',
  tenant: 'record',
  gate: 'expires',
  parked: 'expires',
  messageSlots: 'cell',
  messageLimit: 'expires',
  messageLine: 'cell',
  messageTurns: 'cell',
  spending: 'expires',
  spendingTurn: 'expires',
  seenRenders: 'expires',
  savedPolls: 'expires',
  clientId: 'cell',
  upstreamToken: 'cell',
  upstreamTokenLock: 'expires',
} as const satisfies Record<keyof Keys, KeyRule>

export type KeyName = keyof Keys

/** A key, taken apart. */
export interface KnownKey {
  key: string
  name: KeyName
  rule: KeyRule
  /** What the key's name was made from: ids, a status, a lane. */
  parts: string[]
}

/** Knows each key of a namespace by its pattern, as keys.ts spells it. */
export function keyReader(namespace: string): (key: string) => KnownKey | null {
  const keys = createKeys(namespace)
  const patterns = (Object.keys(RULES) as KeyName[]).map((name) => ({ name, pattern: patternOf(keys, name) }))
  return (key) => {
    for (const { name, pattern } of patterns) {
      const found = pattern.exec(key)
      if (found && RULES[name] !== 'channel') return { key, name, rule: RULES[name], parts: found.slice(1) }
    }
    return null
  }
}

const MARK = '\u0001'

function patternOf(keys: Keys, name: KeyName): RegExp {
  if (name === 'bullmq') return new RegExp(`^${escaped(keys.bullmq())}:legs(?::(.*))?$`)
  const spell = keys[name] as (...parts: string[]) => string
  const part = name === 'deliveryLane' ? '(.+)' : '([^:]+)'
  return new RegExp(`^${escaped(spell(MARK, MARK)).replaceAll(MARK, part)}$`)
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
