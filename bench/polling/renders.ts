/** A render as the upstream has it. */
export interface SimulatedRender {
  durationMs: number
  timelineMs: number
  /** What is reported (0 to 1) when that share of its time has passed; null: nothing. */
  reports(share: number): number | null
  /** The upstream tells how long it took. */
  tellsDuration?: boolean
}

/** Renders of one kind. `index` counts them, for speeds that drift. */
export interface RenderKind {
  name: string
  next(random: () => number, index: number): SimulatedRender
}

const SECOND_MS = 1_000
const between = (random: () => number, low: number, high: number) => low + (high - low) * random()
const uniform = (random: () => number) => between(random, 30, 90) * SECOND_MS
const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
const percent = (share: number) => Math.round(Math.min(0.99, Math.max(0.05, share)) * 100) / 100
const silent = () => null

/** A timeline of 10 to 120 s, which says nothing of the duration unless a kind makes it so. */
const anyTimeline = (random: () => number) => between(random, 10, 120) * SECOND_MS

const silentRenders = (duration: (random: () => number, index: number) => number): RenderKind['next'] => {
  return (random, index) => ({
    durationMs: duration(random, index),
    timelineMs: anyTimeline(random),
    reports: silent,
  })
}

const reporting = (report: (share: number, random: () => number) => number): RenderKind['next'] => {
  return (random) => ({
    durationMs: uniform(random),
    timelineMs: anyTimeline(random),
    reports: (share) => report(share, random),
  })
}

/** 20 to 60 s of timeline; each second of it takes 1.5 s, more or less by `noise`. */
const perTimeline = (noise: number, speed: (index: number) => number = () => 1): RenderKind['next'] => {
  return (random, index) => {
    const timelineMs = between(random, 20, 60) * SECOND_MS
    const durationMs = timelineMs * 1.5 * speed(index) * between(random, 1 - noise, 1 + noise)
    return { durationMs, timelineMs, reports: silent }
  }
}

const stuckAt90 = (share: number) => percent(share < 0.4 ? share * 2.25 : 0.9)
const slowThenFast = (share: number, random: () => number) => percent(share ** 2 + 0.03 * normal(random))

/** Named kinds of renders: those that promises are made about, and those that might break them. */
export const RENDER_KINDS = {
  uniform: { name: 'uniform 30–90 s, nothing told', next: silentRenders(uniform) },
  lognormal: {
    name: 'lognormal, median 50 s, sigma 0.35',
    next: silentRenders((random) => 50 * SECOND_MS * Math.exp(0.35 * normal(random))),
  },
  clusters: {
    name: 'two clusters, 35 s and 80 s, ±4 s',
    next: silentRenders((random) => (random() < 0.5 ? 35 : 80) * SECOND_MS + between(random, -4, 4) * SECOND_MS),
  },
  linear: { name: 'uniform, progress linear', next: reporting((share) => percent(share)) },
  noisy: {
    name: 'uniform, progress ±8 points',
    next: reporting((share, random) => percent(share + between(random, -0.08, 0.08))),
  },
  squared: { name: 'uniform, progress slow, then fast', next: reporting(slowThenFast) },
  stuck: { name: 'uniform, progress stuck at 90 % from 0.4 on', next: reporting(stuckAt90) },
  useless: { name: 'uniform, progress random', next: reporting((_share, random) => percent(random())) },
  constant: { name: 'uniform, progress always 5 %', next: reporting(() => 0.05) },
  perSecond10: { name: '1.5 s per second of timeline, ±10 %', next: perTimeline(0.1) },
  perSecond20: { name: '1.5 s per second of timeline, ±20 %', next: perTimeline(0.2) },
  affine: {
    name: '20 s and 0.8 s per second of timeline, ±10 %',
    next: (random: () => number) => {
      const timelineMs = between(random, 10, 90) * SECOND_MS
      return { timelineMs, durationMs: (20_000 + 0.8 * timelineMs) * between(random, 0.9, 1.1), reports: silent }
    },
  },
  told: {
    name: 'uniform, durations told at the end',
    next: (random: () => number) => ({ ...silentRenders(uniform)(random, 0), tellsDuration: true }),
  },
  drifting: {
    name: 'per second of timeline ±10 %, speed drifts by half',
    next: perTimeline(0.1, (index) => 1 + 0.5 * Math.sin(index / 400)),
  },
  heavyTail: {
    name: 'uniform, every tenth up to 9.5 min',
    next: silentRenders((random) => (random() < 0.9 ? uniform(random) : between(random, 90, 570) * SECOND_MS)),
  },
  always27: { name: 'always 27.6 s', next: silentRenders(() => 27.6 * SECOND_MS) },
  brief: { name: 'uniform 2–5 s', next: silentRenders((random) => between(random, 2, 5) * SECOND_MS) },
  long: { name: 'uniform 4–8 min', next: silentRenders((random) => between(random, 240, 480) * SECOND_MS) },
} satisfies Record<string, RenderKind>
