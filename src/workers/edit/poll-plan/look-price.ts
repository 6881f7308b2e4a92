import { weightOf, type Memory } from './seen-render.ts'

/** At this price, renders spread evenly over one to three budgets take a little less than the budget has. */
const FIRST_PRICE = 0.12
const [LOWEST, HIGHEST] = [0.002, 40]
/** The log of the price moves so far for each look a render too many: halving it brings about 1.4 times the looks. */
const STEP = 0.8
/** Looks that are kept in hand, so that the total stays within the budget whatever chance brings. */
const RESERVE = 20
const REPAY_OVER = 300

/**
 * What a look costs, as a share of the time that the budget has for each: found from what the last renders took at the
 * prices they were planned with. Raised while the reserve is short, lowered while there is more.
 */
export function lookPrice({ renders, saved }: Memory): number {
  // Before the first render lies an endless row of those that the first price is right for.
  let weight = weightOf(renders.length) / (1 - weightOf(1))
  let [logPrice, polls, allowed] = [weight * Math.log(FIRST_PRICE), weight * 2.4, weight * 2.5]
  for (const [age, render] of renders.entries()) {
    weight += weightOf(age)
    logPrice += weightOf(age) * Math.log(render.price)
    polls += weightOf(age) * render.polls
    allowed += weightOf(age) * render.allowed
  }
  const tooMany = polls / weight - wantedLooks(allowed / weight, saved)
  const price = Math.exp(logPrice / weight + STEP * Math.min(1, Math.max(-1, tooMany)))
  return Math.min(HIGHEST, Math.max(LOWEST, price))
}

/** One look each render needs; what the budget has beyond may be spent, or saved up. A debt is paid back faster. */
function wantedLooks(allowed: number, saved: number): number {
  const spend = Math.min(1.05, Math.max(0.85, 1 + (saved - RESERVE) / REPAY_OVER))
  const debt = Math.min(0, saved) / 50
  return 1 + (allowed - 1) * spend + Math.max(-0.3, debt)
}
