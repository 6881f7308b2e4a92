import type { UpstreamRoute } from '../upstream-routes.ts'
import { code, html, NO_FAULT, type Fault, type Forged } from './fault.ts'
import { oneOf } from './seeded-random.ts'

type Random = () => number

/** What a repeat of harms nobody, by the protocol. A network that doubles a message is not ours to undo. */
const REPEATABLE = new Set<UpstreamRoute>(['upload', 'credits', 'state', 'poll', 'cancel', 'output'])
/** A token whose answer is lost can't be had again for 7 days, by the protocol: nobody could go on. */
const TOKEN_FAULTS = new Set<Fault['kind']>(['drop-before', 'delay', 'refuse'])
const DELAY_MS = 400

/** Refusals that may be told of a call that the engine never saw. */
const REFUSALS: readonly [Forged, ...Forged[]] = [
  code(1001, 'token expired'),
  code(1001, 'token expired', 401),
  code(1002, 'session not found'),
  code(2001, 'insufficient credits'),
  code(429, 'rate limited'),
  html(429, { 'retry-after': '1' }),
  html(429),
  html(408),
  code(500, 'internal error'),
  html(500),
  html(502),
  html(503, { 'retry-after': '1' }),
]

/** Refusals after which a job is right to end: rare, so that most jobs have a way to go. */
const FINAL_REFUSALS: readonly [Forged, ...Forged[]] = [
  code(4001, 'unsupported file'),
  code(402, 'the plan does not export', 402),
]

/** What a gateway says when the engine had done its work. */
const LATE_FAULTS: readonly [Forged, ...Forged[]] = [code(500, 'internal error'), html(500), html(502), html(503)]

/** Faults in `share` of all calls, as the seed has them. */
export function randomFaults(random: Random, share: number): (route: UpstreamRoute) => Fault {
  return (route) => {
    if (random() >= share) return NO_FAULT
    const fault = randomFault(random, route)
    return route === 'token' && !TOKEN_FAULTS.has(fault.kind) ? { kind: 'drop-before' } : fault
  }
}

function randomFault(random: Random, route: UpstreamRoute): Fault {
  const makers: [() => Fault, ...(() => Fault)[]] = [
    () => ({ kind: 'drop-before' }),
    () => ({ kind: 'drop-after' }),
    () => ({ kind: 'cut', cut: { share: random() } }),
    () => ({ kind: 'cut', cut: 'end-missing' }),
    () => ({ kind: 'delay', ms: Math.round(random() * DELAY_MS), before: random() < 0.5 }),
    () => ({ kind: 'truncate', share: random() }),
    () => ({ kind: 'wrong-type' }),
    () => ({ kind: 'replace', answer: oneOf(random, LATE_FAULTS) }),
    () => ({ kind: 'refuse', answer: oneOf(random, random() < 0.05 ? FINAL_REFUSALS : REFUSALS) }),
    () => (REPEATABLE.has(route) ? { kind: 'duplicate' } : { kind: 'drop-after' }),
  ]
  return oneOf(random, makers)()
}
