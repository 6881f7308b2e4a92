// How late the end of a render is known, and with how many looks: one each 30 s against the plan that learns.
import { RENDER_KINDS } from './polling/renders.ts'
import { fixedPlan, POLL_MS, simulate, summarise } from './polling/simulate.ts'

const RENDERS = 10_000
const { stdout } = process

stdout.write(`${RENDERS} renders of each kind; budget: one look each ${POLL_MS / 1_000} s\n\n`)
stdout.write('| renders | fixed: mean late | learned: mean late | p95 | looks a render, fixed | learned |\n')
stdout.write('|---|---|---|---|---|---|\n')
for (const kind of Object.values(RENDER_KINDS)) {
  const fixed = summarise(await simulate({ kind, renders: RENDERS, plan: fixedPlan(POLL_MS) }))
  const ours = summarise(await simulate({ kind, renders: RENDERS }))
  const late = [fixed.meanLateS, ours.meanLateS, ours.p95LateS].map((s) => `${s.toFixed(1)} s`)
  const looks = [ours.allowed, ours.polls].map((count) => count.toFixed(3))
  stdout.write(`| ${[kind.name, ...late, ...looks].join(' | ')} |\n`)
}
